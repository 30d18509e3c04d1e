import { stat } from "node:fs/promises";
import { Failure } from "../../base/failure.ts";
import { zx } from "../../base/zx.ts";
import { architecture } from "./arch.ts";
import { installCommand } from "./requirements.ts";
import { findProgram } from "./search-path.ts";

/**
 * Identifies this computer's QEMU by its file's path, size and time. Asking for its version would start QEMU.
 * @throws {Failure} unsupported: QEMU is not installed
 */
export async function qemuIdentity(): Promise<string> {
	const { program } = architecture().qemu;
	const path = await findProgram(process.env["PATH"] ?? "", program);
	if (path === null) throw new Failure("unsupported", "QEMU is not installed", installCommand("qemu"));
	const { size, mtimeMs } = await stat(path);
	return `${path} ${size} ${mtimeMs}`;
}

/** QEMU's own name and version, such as `QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)`. */
export async function qemuVersion(): Promise<string> {
	const $ = await zx();
	const { stdout } = await $`${architecture().qemu.program} --version`;
	return stdout.split("\n")[0] ?? "";
}
