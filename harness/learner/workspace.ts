import { access, constants, cp, lstat, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cached, exists, keyOf } from "../base/cache.ts";
import { Failure, OTHER_WORKSPACE } from "../base/failure.ts";
import { inKit, readText, withUnixLines } from "../base/kit.ts";
import { makeDirectories } from "../base/make-directories.ts";
import { readLinked } from "../base/regular-file.ts";
import { zx } from "../base/zx.ts";
import { COMPILER_OPTIONS } from "../engine/compiler-options.ts";
import { type Lesson, lessons, moduleOf, skeletonOf } from "../judge/lessons.ts";
import { LOGBOOK, updateLogbook } from "./logbook.ts";

/**
 * The workspace: the learner's own copies of the skeletons, and the logbook. Nothing of theirs in it is ever
 * overwritten.
 */

/** The workspace that a command works in: the one it is called from, or the kit's own. */
export async function workspaceDir(): Promise<string> {
	for (let dir = process.cwd(); ; dir = dirname(dir)) {
		if (await exists(join(dir, LOGBOOK))) return dir;
		if (dir === dirname(dir)) return inKit("workspace");
	}
}

/** Where the learner's module of a lesson is. */
export async function learnersFile(lesson: Lesson): Promise<string> {
	return join(await workspaceDir(), lesson.id, await moduleOf(lesson));
}

/**
 * Makes sure that a workspace can be made or completed there.
 * @throws {Failure} unsupported: nothing can be written there
 */
export async function needWritable(dir: string): Promise<void> {
	let there = dir;
	while (!(await exists(there)) && there !== dirname(there)) there = dirname(there);
	await access(there, constants.W_OK | constants.X_OK).catch((cause: NodeJS.ErrnoException) => {
		throw new Failure("unsupported", `the workspace ${dir} cannot be written (${cause.code})`, OTHER_WORKSPACE, {
			cause,
		});
	});
}

/** More than any file that can be exported. */
const FILE_BYTES_MAX = 4 << 20;

/**
 * Reads a learner's file; its line ends are Unix ones. A workspace may be anybody's: what is no file is not waited for.
 * @throws {Error} it is not there, is no regular file, or has no end
 */
export const readLearners = async (path: string): Promise<string> =>
	withUnixLines((await readLinked(path, FILE_BYTES_MAX)).toString());

/** Whether the learner's module of a lesson is the skeleton still. */
export async function isUntouched(lesson: Lesson): Promise<boolean> {
	const [mine, skeleton] = await Promise.all([
		readLearners(await learnersFile(lesson)).catch(() => null),
		readText(await skeletonOf(lesson)),
	]);
	return mine === skeleton;
}

/**
 * Makes a workspace, or completes one: what is there already stays as it is.
 * @returns the files that were made
 * @throws {Failure} unsupported: nothing can be written there
 */
export async function makeWorkspace(dir: string): Promise<string[]> {
	await needWritable(dir);
	const made: string[] = [];
	const add = async (name: string, write: (path: string) => Promise<void>) => {
		const path = join(dir, name);
		// A lesson's folder that is a link leads to somebody's own place.
		if (dirname(path) !== dir && (await isLink(dirname(path)))) return;
		await makeDirectories(dirname(path));
		if (await exists(path)) return;
		await write(path);
		made.push(name);
	};
	const text = (content: string) => (path: string) => writeFile(path, content, { flag: "wx" });
	for (const lesson of await lessons()) {
		const module = await moduleOf(lesson);
		// As a text, not as a copy: a kit that is read-only would give the learner files that cannot be written.
		await add(join(lesson.id, module), text(await readText(inKit("lessons", lesson.id, module))));
	}
	await add("package.json", text(manifest(MANIFEST)));
	await renewManifest(join(dir, "package.json"));
	await add("tsconfig.json", text(`${JSON.stringify({ compilerOptions: COMPILER_OPTIONS }, null, "\t")}\n`));
	await add(".gitignore", text("node_modules/\n"));
	await add(LOGBOOK, () => updateLogbook(dir, (logbook) => logbook));
	await writeTypes(join(dir, "types"));
	await linkKit(join(dir, "node_modules"));
	return made;
}

// So that `npx drydock` is this kit's in the workspace as well, and an editor finds the types of Node, before anything has
// been installed there. Renewed each time: the kit may have moved.
async function linkKit(modules: string): Promise<void> {
	const links = { ".bin/drydock": "harness/cli/bin.js", "@types/node": "node_modules/@types/node" };
	for (const [name, target] of Object.entries(links)) {
		const path = join(modules, name);
		// Wherever a link leads, what lies there is not ours to replace.
		if ((await isLink(modules)) || (await isLink(dirname(path)))) continue;
		// What npm has installed is a directory, and stays.
		if ((await lstat(path).catch(() => null))?.isDirectory()) continue;
		await makeDirectories(dirname(path));
		await rm(path, { force: true });
		// Some file systems have no links; all else works there, too.
		await symlink(inKit(target), path).catch(() => {});
	}
}

const isLink = async (path: string) => (await lstat(path).catch(() => null))?.isSymbolicLink() === true;

// With `bin`, `npx drydock` never asks the public registry for a package of that name, which is somebody else's: not even in
// a copy of the workspace without node_modules. With `imports`, an editor resolves #kernel and #box without the kit: the folder can be a repository of its own.
const MANIFEST = {
	name: "my-box",
	private: true,
	type: "module",
	bin: { drydock: "node_modules/.bin/drydock" },
	imports: {
		"#kernel": { types: "./types/kernel.d.ts", default: "./types/kernel.js" },
		"#box/*": { types: "./types/box/*.d.ts", default: "./types/box/*.js" },
	},
	devDependencies: { "@types/node": "^20" },
};

const manifest = (content: object) => `${JSON.stringify(content, null, "\t")}\n`;

// One that an older drydock has made, and nobody has touched since, is no work of the learner's.
async function renewManifest(path: string): Promise<void> {
	const { bin: _, ...older } = MANIFEST;
	const there = await readLinked(path, FILE_BYTES_MAX).then(String, () => null);
	if (there === manifest(older)) await writeFile(path, manifest(MANIFEST));
}

// The declarations of #kernel and #box, docstrings included. Generated, so these are renewed each time.
async function writeTypes(target: string): Promise<void> {
	const [native, given] = await Promise.all([sourcesIn("native"), sourcesIn("solutions/given")]);
	const texts = await Promise.all([...native, ...given].map(readText));
	const dir = await cached("declarations", keyOf("declarations 2", texts), (staging) =>
		emitDeclarations(staging, [inKit("native/kernel.ts"), ...given]),
	);
	for (const [from, to] of [
		["types/native", target],
		["types/solutions/given", join(target, "box")],
	] as const)
		await cp(join(dir, from), to, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
			if (cause.code !== "ERR_FS_CP_DIR_TO_NON_DIR") throw cause;
			throw new Failure("usage", `${to} is in the way: it is a link, or a file`, `mv ${to} ${to}.aside`, { cause });
		});
}

async function sourcesIn(folder: string): Promise<string[]> {
	const names = (await readdir(inKit(folder))).filter((name) => name.endsWith(".ts"));
	return names.map((name) => inKit(folder, name));
}

async function emitDeclarations(staging: string, files: string[]): Promise<void> {
	const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
	const config = {
		extends: inKit("tsconfig.json"),
		compilerOptions: {
			noEmit: false,
			declaration: true,
			emitDeclarationOnly: true,
			rewriteRelativeImportExtensions: true,
			typeRoots: [inKit("node_modules/@types")],
			rootDir: inKit(),
			outDir: join(staging, "types"),
		},
		include: [],
		files,
	};
	await writeFile(join(staging, "tsconfig.json"), JSON.stringify(config));
	const $ = await zx();
	await $`${process.execPath} ${tsc} -p ${join(staging, "tsconfig.json")}`;
	// No part of what #kernel exports.
	for (const name of ["library.d.ts", "ledger.d.ts"]) await rm(join(staging, "types/native", name));
}
