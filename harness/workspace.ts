import { execFile } from "node:child_process";
import { constants, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import * as v from "valibot";
import { cached, exists, keyOf } from "./cache.ts";
import { Failure } from "./failure.ts";
import { inKit } from "./kit.ts";
import { type Lesson, lessons, loadCheck } from "./lessons.ts";

/**
 * The workspace: the learner's own copies of the skeletons, and what they have passed. Nothing of theirs in it is ever
 * overwritten.
 */
const MARK = "drydock.json";

const Progress = v.object({
	schemaVersion: v.literal(1),
	/** When each lesson was first passed, ISO 8601. */
	passed: v.record(v.string(), v.object({ at: v.string() })),
});
type Progress = v.InferOutput<typeof Progress>;

/** The workspace that a command works in: the one it is called from, or the kit's own. */
export async function workspaceDir(): Promise<string> {
	for (let dir = process.cwd(); ; dir = dirname(dir)) {
		if (await exists(join(dir, MARK))) return dir;
		if (dir === dirname(dir)) return inKit("workspace");
	}
}

/** Where the learner's module of a lesson is. */
export async function learnersFile(lesson: Lesson): Promise<string> {
	const { module } = await loadCheck(lesson);
	return join(await workspaceDir(), lesson.id, module);
}

/**
 * Makes a workspace, or completes one: what is there already stays as it is.
 * @returns the files that were made
 */
export async function makeWorkspace(dir: string): Promise<string[]> {
	const made: string[] = [];
	const add = async (name: string, write: (path: string) => Promise<void>) => {
		const path = join(dir, name);
		await mkdir(dirname(path), { recursive: true });
		if (await exists(path)) return;
		await write(path);
		made.push(name);
	};
	const text = (content: string) => (path: string) => writeFile(path, content, { flag: "wx" });
	for (const lesson of await lessons()) {
		const { module } = await loadCheck(lesson);
		await add(join(lesson.id, module), (path) =>
			copyFile(inKit("lessons", lesson.id, module), path, constants.COPYFILE_EXCL),
		);
	}
	await add("package.json", text(`${JSON.stringify(MANIFEST, null, "\t")}\n`));
	await add("tsconfig.json", text(`${JSON.stringify(TSCONFIG, null, "\t")}\n`));
	await add(".gitignore", text("node_modules/\n"));
	await add(MARK, text(`${JSON.stringify({ schemaVersion: 1, passed: {} } satisfies Progress)}\n`));
	await writeTypes(join(dir, "types"));
	return made;
}

/** The lessons that have been passed. @throws {Failure} the file is damaged */
export async function passedLessons(): Promise<Set<string>> {
	return new Set(Object.keys((await readProgress(await workspaceDir())).passed));
}

/**
 * The learner's own modules of lessons that they have passed.
 * @param before of earlier lessons than this one only
 * @returns the learner's file by the reference's, in whose place it can stand
 */
export async function passedModules(before?: Lesson): Promise<Map<string, string>> {
	const [all, passed] = await Promise.all([lessons(), passedLessons()]);
	const earlier = all.filter(({ id }) => passed.has(id) && (before === undefined || id < before.id));
	const pairs = earlier.map(async (lesson) => {
		const { module } = await loadCheck(lesson);
		return [inKit("solutions", lesson.id, module), await learnersFile(lesson)] as const;
	});
	return new Map(await Promise.all(pairs));
}

/**
 * The modules of the learner's that are in their engine while they work on a lesson: its own as it is now, and those
 * that they have passed.
 * @returns as {@link passedModules}
 * @throws {Failure} usage: their copy is not there
 */
export async function modulesAtWork(lesson: Lesson): Promise<Map<string, string>> {
	const { module } = await loadCheck(lesson);
	const file = await learnersFile(lesson);
	if (!(await exists(file))) throw new Failure("usage", `your copy, ${file}, is not there`, "npx drydock init");
	return new Map([...(await passedModules()), [inKit("solutions", lesson.id, module), file]]);
}

/** Notes that a lesson has been passed. */
export async function recordPass({ id }: Lesson): Promise<void> {
	const dir = await workspaceDir();
	if (!(await exists(dir))) return;
	const progress = await readProgress(dir);
	if (progress.passed[id] !== undefined) return;
	progress.passed[id] = { at: new Date().toISOString() };
	const path = join(dir, MARK);
	await writeFile(`${path}.new`, `${JSON.stringify(progress, null, "\t")}\n`);
	await rename(`${path}.new`, path);
}

/** The first lesson that has not been passed; the last, when all have. */
export async function currentLesson(): Promise<Lesson> {
	const [all, passed] = await Promise.all([lessons(), passedLessons()]);
	const current = all.find(({ id }) => !passed.has(id)) ?? all.at(-1);
	if (current === undefined) throw new Failure("failed", "there are no lessons");
	return current;
}

async function readProgress(dir: string): Promise<Progress> {
	const path = join(dir, MARK);
	if (!(await exists(path))) return { schemaVersion: 1, passed: {} };
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Progress), await readFile(path, "utf8"));
	if (parsed.success) return parsed.output;
	throw new Failure("usage", `${path} is not what drydock wrote there`, `mv ${path} ${path}.damaged`);
}

// With these, an editor resolves #kernel without the kit: the folder can be a repository of its own.
const MANIFEST = {
	name: "my-box",
	private: true,
	type: "module",
	imports: { "#kernel": { types: "./types/kernel.d.ts", default: "./types/kernel.js" } },
	devDependencies: { "@types/node": "^20" },
};
const TSCONFIG = {
	compilerOptions: {
		target: "es2023",
		module: "esnext",
		moduleResolution: "bundler",
		strict: true,
		noEmit: true,
		allowImportingTsExtensions: true,
		types: ["node"],
	},
};

// The declarations of #kernel, docstrings included. Generated, so these are renewed each time.
async function writeTypes(target: string): Promise<void> {
	const sources = (await readdir(inKit("native"))).filter((name) => name.endsWith(".ts"));
	const texts = await Promise.all(sources.map((name) => readFile(inKit("native", name), "utf8")));
	const dir = await cached("declarations", keyOf("declarations 1", texts), emitDeclarations);
	await mkdir(target, { recursive: true });
	for (const name of await readdir(join(dir, "types"))) await copyFile(join(dir, "types", name), join(target, name));
}

async function emitDeclarations(staging: string): Promise<void> {
	const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
	const config = {
		extends: inKit("tsconfig.json"),
		compilerOptions: {
			noEmit: false,
			declaration: true,
			emitDeclarationOnly: true,
			rewriteRelativeImportExtensions: true,
			typeRoots: [inKit("node_modules/@types")],
			rootDir: inKit("native"),
			outDir: join(staging, "types"),
		},
		include: [],
		files: [inKit("native/kernel.ts")],
	};
	await writeFile(join(staging, "tsconfig.json"), JSON.stringify(config));
	await promisify(execFile)(process.execPath, [tsc, "-p", join(staging, "tsconfig.json")]);
	// No part of what #kernel exports.
	for (const name of ["library.d.ts", "ledger.d.ts"]) await rm(join(staging, "types", name));
}
