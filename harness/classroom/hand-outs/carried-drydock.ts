import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { interruption } from "../../base/interrupt.ts";
import { inKit, readText } from "../../base/kit.ts";
import type { Progress } from "../../base/progress.ts";
import { zx } from "../../base/zx.ts";
import { exportImage } from "../../vm/image/image.ts";
import { fetchNode } from "../../vm/image/node-program.ts";
import { runTool } from "../../vm/image/tools.ts";
import { copyTexts } from "./copy-texts.ts";

/** The parts of the kit that grading needs. */
const PROGRAM = ["harness", "lessons", "native", "solutions", "package.json", "package-lock.json", "tsconfig.json"];

/** The version of the kit, and the commit that it was made from: null without git, or if files have changed since. */
export interface Version {
	version: string;
	commit: string | null;
}

/**
 * Writes the drydock that a hand-out carries: the kit's program, and scripts that start it by its path. They do
 * not ask a registry, where the name `drydock` is somebody else's package.
 * @param dir the new folder `drydock` of the hand-out
 * @param gradeOptions options of every grading
 */
export async function carryProgram(dir: string, gradeOptions: readonly string[], progress: Progress): Promise<Version> {
	await mkdir(dir);
	await progress.step("drydock's program", async () => {
		for (const part of PROGRAM) {
			interruption.throwIfAborted();
			await cp(inKit(part), join(dir, part), { recursive: true });
		}
		await copyTexts(inKit("harness/classroom/kits/drydock"), dir);
		await writeFile(join(dir, "grade-options.txt"), `${gradeOptions.join(" ")}\n`);
	});
	const version = await versionOfKit();
	await writeFile(join(dir, "version.json"), `${JSON.stringify(version, null, "\t")}\n`);
	return version;
}

/**
 * Adds what the program needs on a computer with Linux that reaches no registry of npm: its packages, Node, and the
 * virtual machine's image.
 * @param dir a folder that {@link carryProgram} has written
 */
export async function carryEverythingElse(dir: string, progress: Progress): Promise<void> {
	// First, because this may have to build the image, which fails where a tool is missing.
	await exportImage(join(dir, "drydock.image"), progress);
	await progress.step("npm packages for Linux", async () => {
		// The packages of this computer may be for another system, and include those of the tests.
		const target = ["--os=linux", "--cpu=x64", "--libc=glibc"];
		const parts = ["--omit=dev", "--include=optional", "--ignore-scripts", "--no-bin-links"];
		await runTool("npm", ["ci", "--prefix", dir, ...target, ...parts, "--no-audit", "--no-fund", "--loglevel=error"]);
	});
	await progress.step("Node for Linux", () => fetchNode(join(dir, "node")));
}

async function versionOfKit(): Promise<Version> {
	const { version } = JSON.parse(await readText(inKit("package.json"))) as { version: string };
	const git = (await zx())({ nothrow: true, cwd: inKit("."), signal: interruption });
	const [head, changes] = await Promise.all([git`git rev-parse HEAD`, git`git status --porcelain -- ${PROGRAM}`]);
	const isCommitted = head.ok && changes.ok && changes.stdout === "";
	return { version, commit: isCommitted ? head.stdout.trim() : null };
}
