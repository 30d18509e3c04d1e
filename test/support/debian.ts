import { cp } from "node:fs/promises";
import { zx } from "../../harness/base/zx.ts";

/**
 * Makes the root file system of a minimal Debian, as in a container's image.
 * @param root the directory to make it in
 * @param suite such as `bookworm`
 * @param more packages to install in addition
 */
export async function makeDebian(root: string, suite: string, more: readonly string[] = []): Promise<void> {
	const $ = await zx();
	const include = more.length === 0 ? [] : [`--include=${more.join(",")}`];
	await $`mmdebstrap --variant=minbase ${include} ${suite} ${root}`;
	// As Docker does, so that the container finds the packages' server.
	await cp("/etc/resolv.conf", `${root}/etc/resolv.conf`, { dereference: true, force: true });
}
