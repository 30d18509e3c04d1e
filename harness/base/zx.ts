import type { Shell } from "zx/core";

/**
 * zx's `$`, which runs other programs. It is loaded only when a program is to be run: that takes longer than a short command
 * takes. zx asks for bash, which not every computer has; here `$` needs no more than POSIX's sh.
 * @example const $ = await zx();
 * const { stdout } = await $`${program} --version`;
 */
export async function zx(): Promise<Shell> {
	const { $ } = await import("zx/core");
	return $({ shell: "/bin/sh", prefix: "", postfix: "", quote, quiet: true });
}

// As zx calls it for every value in a template.
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
