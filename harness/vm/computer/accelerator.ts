import { access, constants, readFile, writeFile } from "node:fs/promises";
import { cpus, release } from "node:os";
import { join } from "node:path";
import { cacheDir, cached, discard, hashOf } from "../../base/cache.ts";
import { architecture } from "./arch.ts";
import { qemuIdentity } from "./qemu-program.ts";

/** How the guest's instructions are executed: by the processor itself (kvm, hvf) or in emulation (tcg). */
export type Accelerator = "kvm" | "hvf" | "tcg";

/** QEMU's options for an accelerator. */
export function acceleratorOptions(accelerator: Accelerator): string[] {
	if (accelerator !== "tcg") return ["-accel", accelerator, "-cpu", "host"];
	// Emulation spends nearly all of a run's time translating code. A run fills 60 to 150 MB of this buffer, and QEMU
	// discards all translations when the buffer is full. Only the filled part occupies memory.
	return ["-accel", "tcg,tb-size=256", "-cpu", architecture().qemu.tcgCpu];
}

/** The accelerators worth trying on this computer, the fastest first. The last, emulation, works everywhere. */
export async function acceleratorsToTry(): Promise<Accelerator[]> {
	const fast = fastAccelerator();
	if (fast === null || !(await userMayUse(fast)) || (await recordedFailure(fast)) !== null) return ["tcg"];
	return [fast, "tcg"];
}

/** Why no machine booted with `accelerator` on this computer; null if one has booted, or none was tried. */
export async function recordedFailure(accelerator: Accelerator): Promise<string | null> {
	return readFile(join(cacheDir, "accelerators", await keyFor(accelerator), "why"), "utf8").catch(() => null);
}

/** Records that no machine boots with `accelerator` here, so that no later command waits for it again. */
export async function recordFailure(accelerator: Accelerator, why: string): Promise<void> {
	await cached("accelerators", await keyFor(accelerator), (staging) => writeFile(join(staging, "why"), why));
}

/** Removes the record of a failure, because a machine has booted with `accelerator` after all. */
export async function removeFailure(accelerator: Accelerator): Promise<void> {
	await discard(join(cacheDir, "accelerators", await keyFor(accelerator)));
}

/** The accelerator that this computer's operating system offers; null when only emulation is possible. */
export function fastAccelerator(): Accelerator | null {
	// The guest is amd64, so only an amd64 processor can execute its instructions itself.
	if (process.arch !== "x64") return null;
	return process.platform === "linux" ? "kvm" : process.platform === "darwin" ? "hvf" : null;
}

/** Whether this user has permission to use `accelerator`. It may still not work. */
export async function userMayUse(accelerator: Accelerator): Promise<boolean> {
	if (accelerator !== "kvm") return true;
	return access("/dev/kvm", constants.R_OK | constants.W_OK).then(
		() => true,
		() => false,
	);
}

// With a new kernel, another processor or another QEMU, an accelerator that failed before may work.
async function keyFor(accelerator: Accelerator): Promise<string> {
	return hashOf("accelerator 1", accelerator, await qemuIdentity(), release(), cpus()[0]?.model);
}
