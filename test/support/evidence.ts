import { readdir, rename, writeFile } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { hashOf } from "../../harness/base/cache.ts";
import { programKey, recordKey } from "../../harness/base/depends-on.ts";
import { inKit, kitDir, readText } from "../../harness/base/kit.ts";
import { bundle } from "../../harness/engine/bundle.ts";
import { WHOLE_ENGINE } from "../../harness/engine/engine-at.ts";
import { withoutFileNames } from "../../harness/engine/import-resolver.ts";
import { referenceProgram } from "../../harness/engine/reference-program.ts";
import { instrumentsOf } from "../../harness/judge/instruments.ts";
import { loadCheck } from "../../harness/judge/lessons.ts";
import { requestWithPlaceholders } from "../../harness/judge/request.ts";
import { architecture } from "../../harness/vm/computer/arch.ts";
import { bundlePrograms, libraryKey } from "../../harness/vm/image/guest-programs.ts";
import { baseKey } from "../../harness/vm/image/image-base.ts";
import { withNumberedNames } from "./canonical.ts";

/** What each record of a lesson depends on, apart from its subject: see `recordKey`. */
type Evidence = Omit<Parameters<typeof recordKey>[0], "subject">;

/** Makes the key of a record from the texts of its subject. */
export type RecordKeyOf = (subject: readonly string[]) => string;

/** Keys of the verdicts on a lesson's submissions. @param id such as `02-unshare` */
export function verdictKeys(id: string): Promise<RecordKeyOf> {
	const known = keysByLesson.get(id) ?? computeVerdictKeys(id);
	keysByLesson.set(id, known);
	return known;
}

const keysByLesson = new Map<string, Promise<RecordKeyOf>>();

async function computeVerdictKeys(id: string): Promise<RecordKeyOf> {
	return recordKeysOf(await onceInRun(`verdicts-${id}`, () => verdictEvidence(id)));
}

async function verdictEvidence(id: string): Promise<Evidence> {
	const entry = `
		export { assessSafely } from "./harness/judge/judge.ts";
		export { isUnjudged, lostFinding, unbundledFinding } from "./harness/judge/failed-run.ts";
		export { bundle } from "./harness/engine/bundle.ts";
		export { default } from "./lessons/${id}/check.ts";`;
	return { ...(await evidence(id, entry)), engine: await engineOf(id) };
}

/** Keys of the programs that are bundled from a lesson's submissions. @param id such as `02-unshare` */
export async function programKeys(id: string): Promise<RecordKeyOf> {
	bundling ??= onceInRun("bundling", () => codeOf(`export { bundle } from "./harness/engine/bundle.ts";`));
	const of = { lesson: id, engine: await onceInRun(`engine-${id}`, () => engineOf(id)), bundling: await bundling };
	return (subject) => programKey({ ...of, subject });
}

let bundling: Promise<string> | undefined;

/** Keys of the rehearsals of a lesson's demo. */
export async function demoKeys(id: string): Promise<RecordKeyOf> {
	const entry = `
		export { rehearse } from "./harness/live/machine/rehearse.ts";
		export { default } from "./lessons/${id}/demo.ts";`;
	return recordKeysOf({ ...(await evidence(id, entry)), engine: await wholeEngine() });
}

/**
 * Keys of the records of `drydock finish`, which runs the whole engine after a track's last lesson.
 * @param id that lesson
 */
export async function finishKeys(id: string): Promise<RecordKeyOf> {
	const judging = await codeOf(`
		export { finish } from "./harness/cli/learn/finish.ts";`);
	return recordKeysOf({ guest: await guestKey(), judging, lesson: id, engine: await wholeEngine(), scenario: null });
}

/** Keys of the commands that a lesson's text shows, with their output. */
export async function commandKeys(id: string): Promise<RecordKeyOf> {
	return recordKeysOf({
		guest: await guestKey(),
		judging: "",
		lesson: id,
		engine: await wholeEngine(),
		scenario: null,
	});
}

/** Keys of the reports of `check` that a lesson's text shows. */
export async function reportKeys(id: string): Promise<RecordKeyOf> {
	const entry = `
		export { assessSafely } from "./harness/judge/judge.ts";
		export { report } from "./harness/judge/report.ts";
		export { default } from "./lessons/${id}/check.ts";`;
	return recordKeysOf({ ...(await evidence(id, entry)), engine: await engineOf(id) });
}

/**
 * The text of a module, and the texts of the kit's files that it imports, directly or indirectly.
 * @param path the module's path, for its imports
 */
export async function textsOf(text: string, path: string): Promise<string[]> {
	const texts = new Map([[path, text]]);
	const visit = async (from: string, source: string) => {
		for (const [, name = ""] of source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
			const file = name.startsWith(".") ? resolve(dirname(from), name) : pathOfGiven(name);
			if (file === null || extname(file) !== ".ts" || texts.has(file)) continue;
			// A submission may import a file that does not exist.
			const imported = await readText(file).catch(() => null);
			if (imported === null) continue;
			texts.set(file, imported);
			await visit(file, imported);
		}
	};
	await visit(path, text);
	return [...texts.values()];
}

const pathOfGiven = (name: string) =>
	name.startsWith("#box/") ? inKit("solutions/given", `${name.slice(5)}.ts`) : null;

// The engine that a lesson is checked with, with the reference's modules.
async function engineOf(id: string): Promise<string> {
	return withoutFileNames((await referenceProgram(id)).code);
}

/**
 * Computes a value, or reads what another process of this run of the tests has computed: test/run.ts, which comes first,
 * or one of vitest's workers. They share the directory in which test/run.ts collects the results.
 */
async function onceInRun<T>(name: string, compute: () => Promise<T>): Promise<T> {
	const results = process.env["DRYDOCK_TESTS_RESULTS"];
	if (results === undefined) return compute();
	const file = join(dirname(results), `${name}.json`);
	const known = await readText(file).catch(() => null);
	if (known !== null) return JSON.parse(known) as T;
	const value = await compute();
	// The rename makes sure that no other process reads half of the file.
	await writeFile(`${file}.${process.pid}`, JSON.stringify(value));
	await rename(`${file}.${process.pid}`, file);
	return value;
}

const recordKeysOf =
	(all: Evidence): RecordKeyOf =>
	(subject) =>
		recordKey({ ...all, subject });

async function evidence(id: string, judging: string): Promise<Omit<Evidence, "engine">> {
	const check = await loadCheck({ id, title: "" });
	const scenario = requestWithPlaceholders(check, await instrumentsOf({ id, title: "" }));
	return { guest: await guestKey(), judging: await codeOf(judging), lesson: id, scenario };
}

/** The key of the guest's programs and of the recipe of their image. */
export function guestKey(): Promise<string> {
	guest ??= onceInRun("guest", computeGuestKey);
	return guest;
}

let guest: Promise<string> | undefined;

async function computeGuestKey(): Promise<string> {
	const arch = architecture();
	const { programs } = await bundlePrograms(true);
	const scripts = (await readdir(inKit("harness/guest"))).filter((name) => !name.endsWith(".ts")).sort();
	const texts = await Promise.all(scripts.map((name) => readText(inKit("harness/guest", name))));
	const codes = Object.values(programs).map(withNumberedNames);
	return hashOf(codes, texts, baseKey(arch), await libraryKey(arch));
}

/** The engine's program with the reference's modules of all lessons. */
export function wholeEngine(): Promise<string> {
	whole ??= bundle(WHOLE_ENGINE, new Map()).then(({ code }) => withoutFileNames(code));
	return whole;
}

let whole: Promise<string> | undefined;

/**
 * A hash of host code and everything that it imports. It changes only if what the code does may change: comments, types
 * and the names of local variables do not count, and of a package only the version counts.
 */
async function codeOf(entry: string): Promise<string> {
	const { outputFiles, metafile } = await build({
		stdin: { contents: entry, resolveDir: kitDir, loader: "ts" },
		absWorkingDir: kitDir,
		bundle: true,
		write: false,
		minify: true,
		metafile: true,
		platform: "node",
		format: "esm",
		packages: "external",
		plugins: [withoutOtherLessons],
	});
	const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
	const packages = [...new Set(imports.map(({ path }) => path))].filter((name) => !name.startsWith("node:")).sort();
	const code = withNumberedNames(outputFiles[0]?.text ?? "");
	return hashOf(code, await Promise.all(packages.map(versionOf)));
}

// harness/judge/lessons.ts imports any lesson's files, by a name that is computed. esbuild would include them all.
const withoutOtherLessons: Plugin = {
	name: "without-other-lessons",
	setup({ onLoad }) {
		onLoad({ filter: /harness\/judge\/lessons\.ts$/ }, async ({ path }) => ({
			contents: (await readText(path)).replaceAll(/import\(`[^`]*`\)/g, "null"),
			loader: "ts",
		}));
	},
};

async function versionOf(name: string): Promise<string> {
	const [scope = "", rest = ""] = name.split("/");
	const root = name.startsWith("@") ? `${scope}/${rest}` : scope;
	const file = join(kitDir, "node_modules", root, "package.json");
	return `${root} ${(JSON.parse(await readText(file)) as { version: string }).version}`;
}
