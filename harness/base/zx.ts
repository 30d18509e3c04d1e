import type { Shell } from "zx/core";

/**
 * zx's `$`, which runs other programs. It is loaded only when a program is to be run: otherwise it would slow down every
 * short command. By default, zx uses bash, which not every computer has. Here `$` uses POSIX's sh.
 * @example const $ = await zx();
 * const { stdout } = await $`${program} --version`;
 */
export async function zx(): Promise<Shell> {
	const { $ } = await import("zx/core");
	return $({ shell: "/bin/sh", prefix: "", postfix: "", quote, quiet: true });
}

// zx calls this for every value in a template.
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
