import { inKit } from "../../harness/base/kit.ts";
import { zx } from "../../harness/base/zx.ts";

/**
 * Runs a shell script as root in a container.
 * @param options.root the container's root file system; if not given, this computer's, on which nothing changes
 * @param options.shared a folder of this computer that the container has at the same path
 * @returns the script's output
 * @throws {Error} the script has failed
 */
export async function inContainer(script: string, options: { root?: string; shared: string }): Promise<string> {
	const $ = (await zx())({ nothrow: true });
	const { root = "/", shared } = options;
	const program = inKit("test/support/in-chroot.sh");
	const { ok, stdout, stderr } = await $`${program} ${root} ${shared} sh -euc ${script}`;
	if (!ok) throw new Error(`the script has failed in its container\n${stdout}${stderr}`);
	return stdout;
}
