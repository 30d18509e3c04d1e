import { mkdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, inScratch } from "../../cache.ts";
import { silent } from "../../progress.ts";
import { type Accelerator, failureOf, fastAccelerator, forgetFailure, permitted } from "../../vm/accelerator.ts";
import { ensureImage, imageManifest, inCache } from "../../vm/image.ts";
import { Machine } from "../../vm/machine.ts";
import { coldBoot, savedTemplate } from "../../vm/template.ts";
import type { Line } from "./line.ts";

/**
 * What the virtual machines run on.
 * @param probe boots a machine with this computer's accelerator, whatever came of it before
 */
export async function acceleratorLines(probe: boolean): Promise<Line[]> {
	const name = "accelerator";
	const fast = fastAccelerator();
	const slow = "programs in the guest run slowly, but the lessons are the same";
	const emulated = (why: string): Line => ({ name, state: "warn", fact: `emulation (tcg), as ${why}: ${slow}` });
	if (fast === null) return [emulated("this processor is not the guest's")];
	if (!(await permitted(fast)))
		return [
			{
				...emulated("/dev/kvm is not there or not yours"),
				mend: "sudo usermod -aG kvm $USER, then log in again",
			},
		];
	const { building } = await inCache();
	const tried = probe && !building ? await bootWith(fast) : await known(fast);
	return [
		"worked" in tried
			? { name, state: "good", fact: `${fast}, ${tried.worked}` }
			: emulated(`a machine did not boot with ${fast} (${tried.failed.split("\n").slice(0, 2).join(": ")})`),
	];
}

type Trial = { worked: string } | { failed: string };

// Without QEMU nothing can have been tried.
async function known(accelerator: Accelerator): Promise<Trial> {
	const failed = await failureOf(accelerator).catch(() => null);
	return failed === null ? { worked: "to be proved by the next snapshot's boot" } : { failed };
}

async function bootWith(accelerator: Accelerator): Promise<Trial> {
	const { base, initrd } = await ensureImage(silent);
	return inScratch(async (scratch): Promise<Trial> => {
		const memory = { path: join(scratch, "memory"), share: true };
		const bootMs = await coldBoot({ accelerator, memory, disk: base.usr, start: { kernel: base.kernel, initrd } });
		await forgetFailure(accelerator);
		return { worked: `a machine booted with it in ${(bootMs / 1000).toFixed(1)} s` };
	}).catch((error: Error) => ({ failed: error.message }));
}

/** The image, and whether a machine can really be restored from the snapshot. */
export async function imageLines(): Promise<Line[]> {
	const { building } = await inCache();
	const build = "npx drydock image build";
	if (building) return [{ name: "image", state: "warn", fact: "not built yet", mend: "npm start" }];
	const manifest = await imageManifest().catch(() => null);
	if (manifest === null)
		return [{ name: "image", state: "bad", fact: "does not say what is in it", mend: `${build} --fresh` }];
	const { suite, platform } = manifest;
	const image: Line = { name: "image", state: "good", fact: `Debian ${suite}, ${platform}, in ${cacheDir}` };
	// Without QEMU, or what packs the image, there is nothing to look at; those have lines of their own.
	const saved = await ensureImage(silent)
		.then(savedTemplate)
		.catch(() => undefined);
	if (saved === undefined) return [image];
	if (saved === null)
		return [image, { name: "snapshot", state: "warn", fact: "not made yet: the first check makes it", mend: build }];
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

/** Room for the cache: an image and its building, or only snapshots. */
export async function diskLines(): Promise<Line[]> {
	await mkdir(cacheDir, { recursive: true });
	const [{ bavail, bsize }, { building }] = await Promise.all([statfs(cacheDir), inCache()]);
	const [gb, neededGb] = [(bavail * bsize) / 1e9, building ? 1.5 : 0.6];
	const fact = `${gb.toFixed(1)} GB free for ${cacheDir}`;
	if (gb >= neededGb) return [{ name: "disk", state: "good", fact }];
	return [{ name: "disk", state: "bad", fact, mend: `make room: ${neededGb} GB are needed` }];
}

function ago(ms: number): string {
	const hours = ms / 3_600_000;
	if (hours < 1) return "less than an hour ago";
	return hours < 48 ? `${Math.round(hours)} h ago` : `${Math.round(hours / 24)} days ago`;
}
