import { mkdir, statfs } from "node:fs/promises";
import { Chalk } from "chalk";
import { cacheDir } from "../cache.ts";
import { EXIT } from "../failure.ts";
import { failureOf, fastAccelerator, permitted } from "../vm/accelerator.ts";
import { imageManifest, inCache } from "../vm/image.ts";
import { qemuVersion } from "../vm/program.ts";
import { installCommand, missingRequirements, requirements } from "../vm/requirements.ts";
import { printJson, style } from "./terminal.ts";

/** One fact about this computer. */
interface Line {
	name: string;
	/** "warn" is slower or less, "bad" is in the way. */
	state: "good" | "warn" | "bad";
	fact: string;
	/** The command, or the step, that mends it. */
	mend?: string;
}

/** `drydock doctor`. @returns the exit code: 3 when something is in the way */
export async function doctor({ json }: { json?: boolean }): Promise<number> {
	const lines = (await Promise.all([node(), programs(), accelerator(), image(), disk()])).flat();
	if (json) printJson({ schemaVersion: 1, lines });
	else print(lines);
	return lines.some(({ state }) => state === "bad") ? EXIT.unsupported : EXIT.passed;
}

function node(): Line[] {
	return [{ name: "Node", state: "good", fact: `${process.version} on ${process.platform}/${process.arch}` }];
}

async function programs(): Promise<Line[]> {
	const { building } = await inCache();
	const missing = await missingRequirements();
	return Promise.all(
		requirements().map(async ({ name, program, purpose, forBuilding, packages }): Promise<Line> => {
			if (!missing.some((requirement) => requirement.name === name)) {
				return { name, state: "good", fact: name === "qemu" ? await qemuVersion() : program };
			}
			const fact = `${program} is missing: it ${purpose}`;
			if (forBuilding && !building)
				return { name, state: "good", fact: `${program} is not here, and not needed: there is an image` };
			if (process.platform === "linux")
				return { name, state: "bad", fact, mend: linuxMend(name, packages.dnf, forBuilding) };
			if (forBuilding) return { name, state: "bad", fact, mend: BRING_AN_IMAGE };
			return { name, state: "bad", fact, mend: installCommand(name) };
		}),
	);
}

const BRING_AN_IMAGE =
	"on a Debian or Ubuntu computer: npx drydock image export FILE; here: npx drydock image import FILE";

function linuxMend(name: string, dnf: string | null, forBuilding: boolean): string {
	const apt = installCommand(name);
	if (dnf !== null) return `${apt}   (Fedora: sudo dnf install ${dnf})`;
	return forBuilding ? `${apt}   (elsewhere, ${BRING_AN_IMAGE})` : apt;
}

async function accelerator(): Promise<Line[]> {
	const name = "accelerator";
	const fast = fastAccelerator();
	const slow = "programs in the guest run slowly, but the lessons are the same";
	if (fast === null)
		return [{ name, state: "warn", fact: `emulation (tcg), as this processor is not the guest's: ${slow}` }];
	if (!(await permitted(fast)))
		return [
			{
				name,
				state: "warn",
				fact: `emulation (tcg), as /dev/kvm is not there or not yours: ${slow}`,
				mend: "sudo usermod -aG kvm $USER, then log in again",
			},
		];
	// Without QEMU nothing can have been tried.
	const failure = await failureOf(fast).catch(() => null);
	if (failure !== null)
		return [
			{
				name,
				state: "warn",
				fact: `emulation (tcg): ${fast} is there, but a machine did not boot with it (${failure.split("\n").slice(0, 2).join(": ")}); ${slow}`,
			},
		];
	return [{ name, state: "good", fact: `${fast}, to be proved by the next snapshot's boot` }];
}

async function image(): Promise<Line[]> {
	const { building } = await inCache();
	if (building) return [{ name: "image", state: "warn", fact: "not built yet", mend: "npm start" }];
	const { suite, platform } = (await imageManifest()) as { suite: string; platform: string };
	return [{ name: "image", state: "good", fact: `Debian ${suite}, ${platform}, in ${cacheDir}` }];
}

async function disk(): Promise<Line[]> {
	await mkdir(cacheDir, { recursive: true });
	const { bavail, bsize } = await statfs(cacheDir);
	const gb = (bavail * bsize) / 1e9;
	const fact = `${gb.toFixed(1)} GB free for ${cacheDir}`;
	return [
		gb >= 1.5
			? { name: "disk", state: "good", fact }
			: { name: "disk", state: "bad", fact, mend: "make room: 1.5 GB are needed" },
	];
}

function print(lines: readonly Line[]): void {
	const chalk = new Chalk({ level: style().color ? 1 : 0 });
	const mark = { good: chalk.green("✓"), warn: chalk.yellow("!"), bad: chalk.red("✗") };
	for (const { name, state, fact, mend } of lines) {
		process.stdout.write(`${mark[state]} ${name.padEnd(12)} ${fact}\n`);
		if (mend !== undefined) process.stdout.write(`  ${"".padEnd(12)} ${chalk.bold(mend)}\n`);
	}
}
