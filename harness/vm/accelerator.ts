import { access, constants, readFile, writeFile } from "node:fs/promises";
import { cpus, release } from "node:os";
import { join } from "node:path";
import { cacheDir, cached, discard, keyOf } from "../base/cache.ts";
import { architecture } from "./arch.ts";
import { qemuIdentity } from "./program.ts";

/** How the guest's instructions are executed: by the processor itself (kvm, hvf) or in emulation (tcg). */
export type Accelerator = "kvm" | "hvf" | "tcg";

/** QEMU's options for an accelerator. */
export function acceleratorOptions(accelerator: Accelerator): string[] {
	if (accelerator !== "tcg") return ["-accel", accelerator, "-cpu", "host"];
	// Nearly all of a run's time goes into translating code. When this buffer is full, QEMU drops everything in it: a run
	// fills 60 to 150 MB. Only what is filled takes up memory.
	return ["-accel", "tcg,tb-size=256", "-cpu", architecture().qemu.tcgCpu];
}

/** The accelerators worth trying on this computer, the fastest first; the last, emulation, works everywhere. */
export async function candidates(): Promise<Accelerator[]> {
	const fast = fastAccelerator();
	if (fast === null || !(await permitted(fast)) || (await failureOf(fast)) !== null) return ["tcg"];
	return [fast, "tcg"];
}

/** Why `accelerator` did not boot when it was tried on this computer; null if it was not tried, or works. */
export async function failureOf(accelerator: Accelerator): Promise<string | null> {
	return readFile(join(cacheDir, "accelerators", await keyFor(accelerator), "why"), "utf8").catch(() => null);
}

/** Notes that no machine boots with `accelerator` here, so that nobody waits for it again. */
export async function rememberFailure(accelerator: Accelerator, why: string): Promise<void> {
	await cached("accelerators", await keyFor(accelerator), (staging) => writeFile(join(staging, "why"), why));
}

/** Forgets such a note: a machine has booted with `accelerator` after all. */
export async function forgetFailure(accelerator: Accelerator): Promise<void> {
	await discard(join(cacheDir, "accelerators", await keyFor(accelerator)));
}

/** The accelerator that this computer's system offers; null when only emulation is left. */
export function fastAccelerator(): Accelerator | null {
	// The guest is amd64: only a processor of that kind can run it itself.
	if (process.arch !== "x64") return null;
	return process.platform === "linux" ? "kvm" : process.platform === "darwin" ? "hvf" : null;
}

/** Whether this user may use `accelerator`; whether it works is another question. */
export async function permitted(accelerator: Accelerator): Promise<boolean> {
	if (accelerator !== "kvm") return true;
	return access("/dev/kvm", constants.R_OK | constants.W_OK).then(
		() => true,
		() => false,
	);
}

// A new kernel, another processor or another QEMU may do what the old one could not.
async function keyFor(accelerator: Accelerator): Promise<string> {
	return keyOf("accelerator 1", accelerator, await qemuIdentity(), release(), cpus()[0]?.model);
}
