import { existsSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import type { Loader, Message, OnLoadResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import { inKit } from "../base/kit.ts";
import { inPlaceOfReference } from "./earlier-modules.ts";
import { engineText } from "./engine-at.ts";
import type { SubmissionFiles } from "./submission-files.ts";

/**
 * All that a program is made of: files of a submission and files of the kit. Both have a scheme of their own, and what is
 * in them comes from here; so the bundler looks for nothing on the disk, no tsconfig.json, package.json or source map.
 */

const SUBMISSION = "submission";
const KIT = "kit";
/** An engine and a module have some fifty imports; each costs an answer. */
const IMPORTS_MAX = 2_000;

/** What an error says of its kind. */
export type Refusal = "outside" | "unreadable" | "computed";

/** What a program is made of. */
export interface World {
	/** Which file takes the place of which module of the reference. */
	replaced: ReadonlyMap<string, string>;
	files: SubmissionFiles;
	/** What some imports of the kit's become: a path that is left as it is, or a file of the kit's. */
	aliases: Readonly<Record<string, { external: string } | { file: string }>>;
	/** Number of the last lesson whose part of the engine is there; all are if not given. */
	upTo?: string | undefined;
	/** Ends the bundler, as this is too much for it. */
	abort(): void;
}

/** A text of esbuild's with the paths in it as they are on the disk, or in the submission. */
export const withoutSchemes = (text: string): string =>
	text.replaceAll(`${SUBMISSION}:/`, "/").replaceAll(new RegExp(`\\b${KIT}:(?=\\w)`, "g"), "");

/** Whether a file that esbuild speaks of is the kit's. */
export const isOfKit = (file: string): boolean => file.startsWith(`${KIT}:`);

/** Where a file is that esbuild speaks of. */
export const placeOf = (file: string): string =>
	isOfKit(file) ? inKit(file.slice(KIT.length + 1)) : resolve(file.replace(`${SUBMISSION}:`, ""));

/** A file that neither imports nor exports anything would pass for CommonJS, which may export whatever is asked. */
export const AS_MODULE = "export {};";
// Of several comments about source maps the last one counts. One that names a file would be read by the bundler itself.
const NO_SOURCE_MAP = "//# sourceMappingURL=none:";

/** Resolves all imports within the world, and loads what they lead to. */
export function closedWorld(world: World): Plugin {
	return {
		name: "closed-world",
		setup({ onResolve, onLoad, esbuild }) {
			let imports = 0;
			onResolve({ filter: /./ }, (args) => {
				if (++imports > IMPORTS_MAX) world.abort();
				if (args.kind === "entry-point") return { path: relative(inKit(), args.path), namespace: KIT };
				return args.namespace === SUBMISSION ? fromSubmission(world, args) : fromKit(world, args);
			});
			onLoad({ filter: /./, namespace: KIT }, ({ path }) => ({
				contents: engineText(path, world.upTo),
				loader: loaderOf(path),
			}));
			onLoad({ filter: /./, namespace: SUBMISSION }, ({ path }) => load(world, path, esbuild));
		},
	};
}

function fromKit({ replaced, aliases }: World, { path, importer }: OnResolveArgs): OnResolveResult | undefined {
	const alias = aliases[path];
	if (alias !== undefined && "external" in alias) return { path: alias.external, external: true };
	if (isBuiltin(path)) return { path, external: true };
	const file = alias?.file ?? given(path) ?? resolve(dirname(inKit(importer)), path);
	const subject = replaced.get(file);
	return subject === undefined ? ofKit(file) : { path: resolve(subject), namespace: SUBMISSION };
}

function fromSubmission(world: World, { path, importer }: OnResolveArgs): OnResolveResult {
	if (path === "#kernel") return fromKit(world, { path, importer: "" } as OnResolveArgs) as OnResolveResult;
	if (isOfGuestsNode(path)) return { path, external: true };
	const part = given(path);
	if (part !== undefined) return ofKit(part);
	const isPath = /^(\.\.?)?\/|^\.\.?$|^file:/.test(path);
	if (isPath && !path.startsWith(".")) return refused(path, OUTSIDE, "outside");
	if (!isPath) return refused(path, REACH, undefined);
	const target = resolve(dirname(importer), path);
	const reference = inPlaceOfReference(world.replaced, importer, target);
	if (reference !== undefined) {
		const subject = world.replaced.get(reference);
		return subject === undefined ? ofKit(reference) : { path: resolve(subject), namespace: SUBMISSION };
	}
	const found = candidates(target).find((candidate) => world.files.has(candidate));
	if (found !== undefined) return { path: found, namespace: SUBMISSION };
	// What leads above the topmost folder ends there, but is not meant to.
	const climbs = join(dirname(importer).slice(1), path).startsWith("../");
	return world.files.contains(target) && !climbs ? refused(path, "", undefined) : refused(path, OUTSIDE, "outside");
}

const OUTSIDE = "is outside of the submission: only files beside the module or below it can be imported";
const REACH = "a submission can import its own files, #kernel, #box/… and modules of node:";

function refused(path: string, why: string, detail: Refusal | undefined): OnResolveResult {
	const what = `Could not resolve ${JSON.stringify(path)}`;
	return { errors: [{ text: why === "" ? what : `${what}: ${why === OUTSIDE ? `it ${OUTSIDE}` : why}`, detail }] };
}

const ofKit = (file: string): OnResolveResult => ({ path: relative(inKit(), file), namespace: KIT });

// Parts of the engine that no lesson asks for. Wherever a learner's file lies: what `#box/tar` is, the kit says.
function given(path: string): string | undefined {
	const file = /^#box\/\w+$/.test(path) ? inKit("solutions/given", `${basename(path)}.ts`) : undefined;
	return file !== undefined && existsSync(file) ? file : undefined;
}

// Modules that only this computer's newer Node has are none.
const NEWER = new Set(["node:sqlite", "node:sea"]);
const isOfGuestsNode = (path: string) => isBuiltin(path) && !NEWER.has(path);

const LOADERS: Record<string, Loader> = { ".json": "json", ".js": "js", ".mjs": "js", ".cjs": "js", ".txt": "text" };
const loaderOf = (path: string): Loader => LOADERS[extname(path)] ?? "ts";

async function load({ files, replaced }: World, path: string, esbuild: PluginBuild["esbuild"]): Promise<OnLoadResult> {
	const loader = loaderOf(path);
	const text = await files.read(path).catch((error: Error) => error);
	if (typeof text !== "string") return { errors: [{ text: text.message, detail: "unreadable" satisfies Refusal }] };
	if (loader === "json") return { contents: text, loader };
	const isSubject = [...replaced.values()].some((file) => resolve(file) === path);
	const contents = [text, ...(isSubject ? [AS_MODULE] : []), NO_SOURCE_MAP].join("\n");
	const computed = await computedImport(contents, loader, esbuild);
	if (computed === undefined) return { contents, loader };
	const location = { ...computed.location, file: `${SUBMISSION}:${path}` };
	const why = "Could not resolve an import: its path is computed, and could lead anywhere";
	return { errors: [{ text: why, location, detail: "computed" satisfies Refusal }] };
}

// For a path with a variable in it, esbuild looks through all folders that it could mean, and asks no plugin. Where it does
// not bundle, it says where such a path is, and looks for nothing.
async function computedImport(
	contents: string,
	loader: Loader,
	{ transform }: PluginBuild["esbuild"],
): Promise<Message | undefined> {
	const said = await transform(contents, {
		loader,
		platform: "node",
		format: "cjs",
		target: "node24",
		logLevel: "silent",
		logOverride: Object.fromEntries(COMPUTED.map((id) => [id, "error"])),
		tsconfigRaw: {},
	}).then(
		() => [],
		// What else is wrong, bundling it will say.
		({ errors = [] }: { errors?: Message[] }) => errors,
	);
	return said.find(({ id }) => COMPUTED.includes(id));
}

const COMPUTED = ["unsupported-dynamic-import", "unsupported-require-call"];

/** As forgiving as the bundler is with files on the disk: an ending may be missing, or be that of the compiled file. */
export const candidates = (path: string): string[] => [
	path,
	`${path}.ts`,
	path.replace(/\.js$/, ".ts"),
	`${path}.js`,
	`${path}.json`,
	`${path}/index.ts`,
	`${path}/index.js`,
];
