import { access, constants, cp, lstat, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cached, exists, hashOf } from "../base/cache.ts";
import { Failure, OTHER_WORKSPACE } from "../base/failure.ts";
import { inKit, readText, withUnixLines } from "../base/kit.ts";
import { makeDirectories } from "../base/make-directories.ts";
import { readThroughLinks } from "../base/regular-file.ts";
import { zx } from "../base/zx.ts";
import { COMPILER_OPTIONS } from "../engine/compiler-options.ts";
import { type Lesson, lessons, moduleOf, skeletonOf } from "../judge/lessons.ts";
import { LOGBOOK, updateLogbook } from "./logbook.ts";

/**
 * The workspace contains the learner's copies of the skeletons, and the logbook. Drydock never overwrites the learner's
 * work in it.
 */

/** The workspace of a command: the one that contains the current directory, otherwise the kit's own. */
export async function workspaceDir(): Promise<string> {
	for (let dir = process.cwd(); ; dir = dirname(dir)) {
		if (await exists(join(dir, LOGBOOK))) return dir;
		if (dir === dirname(dir)) return inKit("workspace");
	}
}

/** Path of the learner's module of a lesson. */
export async function learnersFile(lesson: Lesson): Promise<string> {
	return join(await workspaceDir(), lesson.id, await moduleOf(lesson));
}

/**
 * Checks that a workspace can be created or completed in a directory.
 * @throws {Failure} unsupported: the directory, or the nearest parent that exists, cannot be written
 */
export async function checkWritable(dir: string): Promise<void> {
	let nearest = dir;
	while (!(await exists(nearest)) && nearest !== dirname(nearest)) nearest = dirname(nearest);
	await access(nearest, constants.W_OK | constants.X_OK).catch((cause: NodeJS.ErrnoException) => {
		throw new Failure("unsupported", `the workspace ${dir} cannot be written (${cause.code})`, OTHER_WORKSPACE, {
			cause,
		});
	});
}

/** A larger file is not read. An archive of the workspace has no larger files either: see archive.ts. */
const FILE_BYTES_MAX = 4 << 20;

/**
 * Reads a learner's file, with Unix line ends. The workspace may come from a stranger: reading a FIFO or a device fails
 * instead of waiting.
 * @throws {Error} the file does not exist, is not a regular file, or is too large
 */
export const readLearnersFile = async (path: string): Promise<string> =>
	withUnixLines((await readThroughLinks(path, FILE_BYTES_MAX)).toString());

/** Whether the learner's module of a lesson is still the unchanged skeleton. */
export async function isUntouched(lesson: Lesson): Promise<boolean> {
	const [mine, skeleton] = await Promise.all([
		readLearnersFile(await learnersFile(lesson)).catch(() => null),
		readText(await skeletonOf(lesson)),
	]);
	return mine === skeleton;
}

/**
 * Creates a workspace, or adds what an existing one lacks. Existing files stay as they are, except what drydock itself
 * made: the types, the links to the kit, and a package.json of an older drydock that nobody has changed.
 * @returns the paths of the files that were added, relative to `dir`; without types and links
 * @throws {Failure} unsupported: the directory cannot be written; usage: in place of `types`, there is a file or a link
 */
export async function makeWorkspace(dir: string): Promise<string[]> {
	await checkWritable(dir);
	const made: string[] = [];
	const add = async (name: string, write: (path: string) => Promise<void>) => {
		const path = join(dir, name);
		// If a lesson's folder is a link, it leads out of the workspace: nothing is written there.
		if (dirname(path) !== dir && (await isLink(dirname(path)))) return;
		await makeDirectories(dirname(path));
		if (await exists(path)) return;
		await write(path);
		made.push(name);
	};
	const text = (content: string) => (path: string) => writeFile(path, content, { flag: "wx" });
	for (const lesson of await lessons()) {
		const module = await moduleOf(lesson);
		// Writes the text instead of copying the file: a copy from a read-only kit would be read-only, too.
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

// These links make `npx drydock` run this kit in the workspace, and let an editor find Node's types, before anything is
// installed there. They are renewed each time, because the kit may have moved.
async function linkKit(modules: string): Promise<void> {
	const links = { ".bin/drydock": "harness/cli/bin.js", "@types/node": "node_modules/@types/node" };
	for (const [name, target] of Object.entries(links)) {
		const path = join(modules, name);
		// If a folder is a link, its contents are not drydock's to replace.
		if ((await isLink(modules)) || (await isLink(dirname(path)))) continue;
		// A directory was installed by npm, and stays.
		if ((await lstat(path).catch(() => null))?.isDirectory()) continue;
		await makeDirectories(dirname(path));
		await rm(path, { force: true });
		// Some file systems have no symbolic links. Everything else works there.
		await symlink(inKit(target), path).catch(() => {});
	}
}

const isLink = async (path: string) => (await lstat(path).catch(() => null))?.isSymbolicLink() === true;

// `bin` keeps `npx drydock` from asking the public registry for a package of that name, which belongs to somebody else,
// even in a copy of the workspace without node_modules. `imports` lets an editor resolve #kernel and #box without the
// kit, so the workspace can be a repository of its own.
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

// A manifest that an older drydock wrote, and nobody has changed since, is replaced by the current one.
async function renewManifest(path: string): Promise<void> {
	const { bin: _, ...older } = MANIFEST;
	const current = await readThroughLinks(path, FILE_BYTES_MAX).then(String, () => null);
	if (current === manifest(older)) await writeFile(path, manifest(MANIFEST));
}

// Writes the declarations of #kernel and #box, with their docstrings. They are generated, so they are renewed each
// time.
async function writeTypes(target: string): Promise<void> {
	const [native, given] = await Promise.all([sourcesIn("native"), sourcesIn("solutions/given")]);
	const texts = await Promise.all([...native, ...given].map(readText));
	const dir = await cached("declarations", hashOf("declarations 2", texts), (staging) =>
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
	// #kernel exports nothing from these two files.
	for (const name of ["library.d.ts", "ledger.d.ts"]) await rm(join(staging, "types/native", name));
}
