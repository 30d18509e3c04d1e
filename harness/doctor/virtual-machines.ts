import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheDir, exists, inScratch } from "../base/cache.ts";
import { checkMayWrite, ownerOf, userName } from "../base/cache-owner.ts";
import { Failure } from "../base/failure.ts";
import {
	type Accelerator,
	fastAccelerator,
	recordedFailure,
	removeFailure,
	userMayUse,
} from "../vm/computer/accelerator.ts";
import { changesUser } from "../vm/computer/confinement.ts";
import { rootPrivileges } from "../vm/computer/privileges.ts";
import { cachedImage, cachedParts, type Image, imageManifest } from "../vm/image/image.ts";
import { Machine } from "../vm/machine.ts";
import { cachedTemplate, coldBoot } from "../vm/template.ts";
import type { DoctorLine } from "./doctor-line.ts";

/**
 * The accelerator that the virtual machines use.
 * @param probe whether to boot a machine with this computer's accelerator, even if an earlier boot failed
 */
export async function acceleratorLines(probe: boolean): Promise<DoctorLine[]> {
	const name = "accelerator";
	const fast = fastAccelerator();
	const slow = "programs in the guest run slowly, but the lessons are the same";
	const emulated = (why: string): DoctorLine => ({
		name,
		state: "warn",
		fact: `emulation (tcg), because ${why}: ${slow}`,
	});
	if (fast === null && process.arch === "x64") return [emulated(`drydock knows no accelerator of ${process.platform}`)];
	if (fast === null) {
		const line = emulated(`the virtual machine has an x86-64 processor, and this computer's is ${process.arch}`);
		return [{ ...line, mend: "if checks take too long: use a computer with an x86-64 processor" }];
	}
	if (!(await exists("/dev/kvm")) && fast === "kvm") return [emulated("there is no /dev/kvm")];
	if (!(await userMayUse(fast))) {
		const line = emulated("this user may not open /dev/kvm");
		// Root needs no group. If root may not open the device, nobody in this container may.
		return [process.getuid?.() === 0 ? line : { ...line, mend: "sudo usermod -aG kvm $USER, then log in again" }];
	}
	const image = probe ? await cachedImage() : null;
	const tried = image === null ? await earlierTrial(fast) : await bootWith(fast, image);
	return [
		"worked" in tried
			? { name, state: "good", fact: `${fast}, ${tried.worked}` }
			: emulated(`a machine did not boot with ${fast} (${tried.failed.split("\n").slice(0, 2).join(": ")})`),
	];
}

/** Whether a machine boots with an accelerator, in words. */
type Trial = { worked: string } | { failed: string };

// What is known of earlier boots with the accelerator. `recordedFailure` rejects if QEMU is missing: then no machine
// was ever booted.
async function earlierTrial(accelerator: Accelerator): Promise<Trial> {
	const failed = await recordedFailure(accelerator).catch(() => null);
	return failed === null ? { worked: "no boot with it has failed: the next snapshot is made with it" } : { failed };
}

async function bootWith(accelerator: Accelerator, { base, initrd }: Image): Promise<Trial> {
	return inScratch(async (scratch): Promise<Trial> => {
		const memory = { path: join(scratch, "memory"), share: true };
		const bootMs = await coldBoot({ accelerator, memory, disk: base.usr, start: { kernel: base.kernel, initrd } });
		await removeFailure(accelerator);
		return { worked: `a machine booted with it in ${(bootMs / 1000).toFixed(1)} s` };
	}).catch((error: Error) => ({ failed: error.message }));
}

/** The state of the image, and whether a machine can be restored from the snapshot: this restores one. */
export async function imageLines(): Promise<DoctorLine[]> {
	const { base, building } = await cachedParts();
	const build = "npx drydock image build";
	if (building) {
		const fact = (await exists(base)) ? "incomplete or damaged: it is built anew" : "not built yet";
		return [{ name: "image", state: "warn", fact, mend: "npm start" }, ...(await ownerLines(base))];
	}
	const manifest = await imageManifest().catch(() => null);
	if (manifest === null)
		return [{ name: "image", state: "bad", fact: "does not say what is in it", mend: `${build} --fresh` }];
	const { suite, platform } = manifest;
	const image: DoctorLine = { name: "image", state: "good", fact: `Debian ${suite}, ${platform}, in ${cacheDir}` };
	// Without QEMU, nothing can be restored. Another line reports that QEMU is missing.
	const found = await savedSnapshot().catch((error: Error) => error);
	if (found instanceof Failure && found.message.startsWith(cacheDir)) return [image, refused("snapshot", found)];
	if (found instanceof Error) return [image];
	if (found === null)
		return [
			...[
				image,
				{ name: "snapshot", state: "warn", fact: "not made yet: the first check makes it", mend: build } as const,
			],
			...(await ownerLines(join(cacheDir, "templates", "new"))),
		];
	const saved = found;
	const age = `made ${ago(Date.now() - saved.savedAt.getTime())} (${saved.template.accelerator})`;
	const startedMs = performance.now();
	const machine = Machine.restore(saved.template);
	try {
		await machine.ping();
		const seconds = ((performance.now() - startedMs) / 1000).toFixed(2);
		return [image, { name: "snapshot", state: "good", fact: `${age}; a machine is restored in ${seconds} s` }];
	} catch (error) {
		const fact = `${age}; no machine can be restored: ${(error as Error).message.split("\n")[0]}`;
		return [image, { name: "snapshot", state: "warn", fact, mend: "npx drydock check, which makes it anew" }];
	} finally {
		await machine.end();
	}
}

async function savedSnapshot(): ReturnType<typeof cachedTemplate> {
	const image = await cachedImage();
	return image === null ? null : cachedTemplate(image);
}

// Only the cache's owner can make an entry that does not exist yet.
async function ownerLines(entry: string): Promise<DoctorLine[]> {
	return checkMayWrite(cacheDir, entry).then(
		() => [],
		(error: Error) => [
			error instanceof Failure ? refused("cache", error) : { name: "cache", state: "bad", fact: error.message },
		],
	);
}

function refused(name: string, { message, next }: Failure): DoctorLine {
	return { name, state: "bad", fact: message, ...(next === undefined ? {} : { mend: next }) };
}

/**
 * The cache's owner, and whether the disk has enough space. If there is no image yet, it needs space for an image and
 * snapshots; otherwise for snapshots only.
 */
export async function diskLines(): Promise<DoctorLine[]> {
	let place = cacheDir;
	while (!(await exists(place))) place = dirname(place);
	const [{ bavail, bsize }, { building }, saved] = await Promise.all([
		statfs(place),
		cachedParts(),
		savedSnapshot().catch(() => null),
	]);
	const [gb, neededGb] = [(bavail * bsize) / 1e9, building ? 1.5 : 0.6];
	const owner = await ownerOf(cacheDir);
	const whose = owner === null || owner === process.getuid?.() ? "" : `, which belongs to ${await userName(owner)}`;
	const fact = `${gb.toFixed(1)} GB free for ${cacheDir}${whose}`;
	if (gb >= neededGb) return [{ name: "disk", state: whose === "" ? "good" : "warn", fact }];
	if (saved !== null)
		return [{ name: "disk", state: "warn", fact, mend: `make room: the next version's snapshot needs ${neededGb} GB` }];
	return [{ name: "disk", state: "bad", fact, mend: `make room: ${neededGb} GB are needed` }];
}

/** A warning if drydock runs as root and QEMU cannot get a user of its own. */
export function confinementLines(): DoctorLine[] {
	if (rootPrivileges() === null || changesUser()) return [];
	const fact = "root may not change users here, so QEMU runs as root, without capabilities and in its sandbox";
	return [{ name: "confinement", state: "warn", fact }];
}

function ago(ms: number): string {
	const hours = ms / 3_600_000;
	if (hours < 1) return "less than an hour ago";
	return hours < 48 ? `${Math.round(hours)} h ago` : `${Math.round(hours / 24)} days ago`;
}
