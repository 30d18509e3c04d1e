import { existsSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import type { Loader, Message, OnLoadResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import { inKit } from "../base/kit.ts";
import { earlierModule } from "./earlier-modules.ts";
import { engineText } from "./engine-at.ts";
import type { SubmissionFiles } from "./submission-files.ts";

/**
 * A program consists of files of a submission and files of the kit. Each kind has its own esbuild namespace, and this
 * plugin supplies their contents. So the bundler never searches the disk for a tsconfig.json, a package.json or a
 * source map.
 */

const SUBMISSION = "submission";
const KIT = "kit";
/** After more imports than this, the bundler is ended. The whole engine has about 150. */
const IMPORTS_MAX = 2_000;

/**
 * Why the plugin refuses an import. esbuild passes it on in an error's `detail`. An import that leads to no file, or
 * names a package, is refused without one of these.
 * - `outside`: the path is absolute, or leads out of the submission.
 * - `unreadable`: the file cannot be read, or there is too much to read.
 * - `computed`: the path contains a variable.
 */
export type Refusal = "outside" | "unreadable" | "computed";

/** The files that a program can consist of. */
export interface ProgramSources {
	/** The replacing file, by the reference module that it replaces. */
	replaced: ReadonlyMap<string, string>;
	files: SubmissionFiles;
	/** How some imports, such as `#kernel`, are resolved: to an external path, or to another file of the kit. */
	aliases: Readonly<Record<string, { external: string } | { file: string }>>;
	/** Number of the last lesson whose part of the engine is included; all parts if not given. */
	upTo?: string | undefined;
	/** Ends the bundler, because the program is too much for it. */
	abort(): void;
}

/** Removes esbuild's namespaces from the paths in a text. The path of a kit's file is then relative to the kit. */
export const withoutNamespaces = (text: string): string =>
	text.replaceAll(`${SUBMISSION}:/`, "/").replaceAll(new RegExp(`\\b${KIT}:(?=\\w)`, "g"), "");

/**
 * A program without the comments in which esbuild names each file, so that it is the same wherever the files are. The
 * program's source map does not fit this text.
 */
export const withoutFileNames = (code: string): string =>
	code.replaceAll(new RegExp(`^// (${KIT}|${SUBMISSION}):.*\\n`, "gm"), "");

/** Whether esbuild's name of a file means a file of the kit. */
export const isKitFile = (file: string): boolean => file.startsWith(`${KIT}:`);

/** The path on the disk or in the submission, from esbuild's name of a file. */
export const pathOf = (file: string): string =>
	isKitFile(file) ? inKit(file.slice(KIT.length + 1)) : resolve(file.replace(`${SUBMISSION}:`, ""));

/**
 * Appended to a learner's module. esbuild takes a file without imports and exports for CommonJS, and assumes that
 * CommonJS exports every name. So it would not report that the lesson's export is missing.
 */
export const EMPTY_EXPORT = "export {};";
// esbuild would read the file that a source-map comment names. Only the last such comment counts. So this one, which names
// no file, is appended to all code of a submission.
const NO_SOURCE_MAP = "//# sourceMappingURL=none:";

/** The esbuild plugin that resolves every import within `sources`, and loads the files. */
export function importResolver(sources: ProgramSources): Plugin {
	return {
		name: "import-resolver",
		setup({ onResolve, onLoad, esbuild }) {
			let imports = 0;
			onResolve({ filter: /./ }, (args) => {
				if (++imports > IMPORTS_MAX) sources.abort();
				if (args.kind === "entry-point") return moduleAt(sources, args.path);
				return args.namespace === SUBMISSION ? resolveFromSubmission(sources, args) : resolveFromKit(sources, args);
			});
			onLoad({ filter: /./, namespace: KIT }, ({ path }) => ({
				contents: engineText(path, sources.upTo),
				loader: loaderFor(path),
			}));
			onLoad({ filter: /./, namespace: SUBMISSION }, ({ path }) => loadSubmissionFile(sources, path, esbuild));
		},
	};
}

function resolveFromKit(sources: ProgramSources, { path, importer }: OnResolveArgs): OnResolveResult {
	const alias = sources.aliases[path];
	if (alias !== undefined && "external" in alias) return { path: alias.external, external: true };
	if (isBuiltin(path)) return { path, external: true };
	return moduleAt(sources, alias?.file ?? givenPart(path) ?? resolve(dirname(inKit(importer)), path));
}

// A file of the kit, or the learner's file that replaces it.
function moduleAt({ replaced }: ProgramSources, file: string): OnResolveResult {
	const replacement = replaced.get(file);
	return replacement === undefined ? kitFile(file) : { path: resolve(replacement), namespace: SUBMISSION };
}

function resolveFromSubmission(sources: ProgramSources, { path, importer }: OnResolveArgs): OnResolveResult {
	if (path === "#kernel") return resolveFromKit(sources, { path, importer: "" } as OnResolveArgs);
	if (isGuestBuiltin(path)) return { path, external: true };
	const part = givenPart(path);
	if (part !== undefined) return kitFile(part);
	const isPath = /^(\.\.?)?\/|^\.\.?$|^file:/.test(path);
	if (isPath && !path.startsWith(".")) return refuse(path, OUTSIDE, "outside");
	if (!isPath) return refuse(path, IMPORTABLE, undefined);
	const target = resolve(dirname(importer), path);
	const reference = earlierModule(sources.replaced, importer, target);
	if (reference !== undefined) return moduleAt(sources, reference);
	const found = importCandidates(target).find((candidate) => sources.files.has(candidate));
	if (found !== undefined) return { path: found, namespace: SUBMISSION };
	// resolve() stops at the root folder. An import that climbs above the root is meant to lead outside.
	const climbs = join(dirname(importer).slice(1), path).startsWith("../");
	return sources.files.contains(target) && !climbs ? refuse(path, "", undefined) : refuse(path, OUTSIDE, "outside");
}

const OUTSIDE = "is outside of the submission: only files beside the module or below it can be imported";
const IMPORTABLE = "a submission can import its own files, #kernel, #box/… and modules of node:";

function refuse(path: string, why: string, detail: Refusal | undefined): OnResolveResult {
	const what = `Could not resolve ${JSON.stringify(path)}`;
	return { errors: [{ text: why === "" ? what : `${what}: ${why === OUTSIDE ? `it ${OUTSIDE}` : why}`, detail }] };
}

const kitFile = (file: string): OnResolveResult => ({ path: relative(inKit(), file), namespace: KIT });

// The kit's file for an import such as `#box/tar`: a part of the engine that no lesson asks for. It is the same file
// wherever the learner's file is. Undefined if `path` names no such part.
function givenPart(path: string): string | undefined {
	const file = /^#box\/\w+$/.test(path) ? inKit("solutions/given", `${basename(path)}.ts`) : undefined;
	return file !== undefined && existsSync(file) ? file : undefined;
}

// Node modules that this computer's newer Node may have, and the guest's Node may not.
const NEWER_BUILTINS = new Set(["node:sqlite", "node:sea"]);
const isGuestBuiltin = (path: string) => isBuiltin(path) && !NEWER_BUILTINS.has(path);

const LOADERS: Record<string, Loader> = { ".json": "json", ".js": "js", ".mjs": "js", ".cjs": "js", ".txt": "text" };
const loaderFor = (path: string): Loader => LOADERS[extname(path)] ?? "ts";

async function loadSubmissionFile(
	{ files, replaced }: ProgramSources,
	path: string,
	esbuild: PluginBuild["esbuild"],
): Promise<OnLoadResult> {
	const loader = loaderFor(path);
	const text = await files.read(path).catch((error: Error) => error);
	if (typeof text !== "string") return { errors: [{ text: text.message, detail: "unreadable" satisfies Refusal }] };
	if (loader === "json") return { contents: text, loader };
	const isLearnersModule = [...replaced.values()].some((file) => resolve(file) === path);
	const contents = [text, ...(isLearnersModule ? [EMPTY_EXPORT] : []), NO_SOURCE_MAP].join("\n");
	const computed = await computedImport(contents, loader, esbuild);
	if (computed === undefined) return { contents, loader };
	const location = { ...computed.location, file: `${SUBMISSION}:${path}` };
	const why = "Could not resolve an import: its path is computed, and could lead anywhere";
	return { errors: [{ text: why, location, detail: "computed" satisfies Refusal }] };
}

// For an import path that contains a variable, esbuild searches every folder that the path could mean, and asks no
// plugin. transform() does not bundle: it reports such an import and searches nothing.
async function computedImport(
	contents: string,
	loader: Loader,
	{ transform }: PluginBuild["esbuild"],
): Promise<Message | undefined> {
	const errors = await transform(contents, {
		loader,
		platform: "node",
		format: "cjs",
		target: "node24",
		logLevel: "silent",
		logOverride: Object.fromEntries(COMPUTED_PATH_ERRORS.map((id) => [id, "error"])),
		tsconfigRaw: {},
	}).then(
		() => [],
		// Bundling reports all other errors.
		({ errors = [] }: { errors?: Message[] }) => errors,
	);
	return errors.find(({ id }) => COMPUTED_PATH_ERRORS.includes(id));
}

const COMPUTED_PATH_ERRORS = ["unsupported-dynamic-import", "unsupported-require-call"];

/**
 * The paths that an import may mean, as the bundler resolves files on the disk: the ending may be missing, or be `.js`
 * for a `.ts` file, or the path may be that of a folder with an `index.ts` or `index.js`.
 */
export const importCandidates = (path: string): string[] => [
	path,
	`${path}.ts`,
	path.replace(/\.js$/, ".ts"),
	`${path}.js`,
	`${path}.json`,
	`${path}/index.ts`,
	`${path}/index.js`,
];
