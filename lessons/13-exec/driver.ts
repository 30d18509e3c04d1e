import { openSync } from "node:fs";
import { run } from "../../solutions/box.ts";

export { run } from "../../solutions/box.ts";

/**
 * Enters a container while the engine has a directory of the host open, as runc had one before version 1.1.12
 * (CVE-2024-21626). Asks for a working directory that is a link to it.
 * @param asked.open the directory
 * @param asked.links a directory in the container, where the link with the name N leads to /proc/self/fd/N
 */
export function runWithOpenDirectory({ open, links, ...asked }: Record<string, unknown>): number {
	return run({ ...asked, workdir: `${links}/${openSync(String(open), "r")}` });
}
