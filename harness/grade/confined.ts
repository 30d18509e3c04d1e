import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { type Loader, type Message, type OnLoadResult, type Plugin, transform } from "esbuild";

/**
 * A submission's own files, as all that a module in it may import beside `#kernel`, `#box/…`, Node's modules and the
 * reference's of earlier lessons. Whoever hands in is not trusted: an import, a tsconfig.json or a package.json of theirs
 * must not make the bundler read anything else on this computer.
 */
export interface Confined {
	/** Whether there is a file that may be read; paths begin with "/", which is the submission's own folder. */
	has(path: string): boolean;
	/** Its text. @throws {Error} why it cannot be read, for the learner to read */
	read(path: string): Promise<string>;
}

/** The scheme of paths in a submission. With one of its own, esbuild looks for no package.json or source map on the disk. */
export const SUBMISSION = "submission";

/** A text of esbuild's with the paths in it as they are in the submission. */
export const withoutScheme = (text: string): string => text.replaceAll(`${SUBMISSION}:/`, "/");

const LOADERS: Record<string, Loader> = { ".json": "json", ".js": "js", ".mjs": "js", ".cjs": "js" };

/** Resolves what a submission's files import within it, and loads it from there. */
export function confinedTo(files: Confined): Plugin {
	return {
		name: "confined",
		setup({ onResolve, onLoad }) {
			onResolve({ filter: /./, namespace: SUBMISSION }, ({ path, importer }) => {
				if (path === "#kernel" || isBuiltin(path)) return { path, external: true };
				const found = /^\.\.?(\/|$)/.test(path) ? find(files, posix.join(posix.dirname(importer), path)) : undefined;
				if (found !== undefined) return { path: found, namespace: SUBMISSION };
				const reach = "a submission can import its own files, #kernel, #box/… and modules of node:";
				return { errors: [{ text: `Could not resolve ${JSON.stringify(path)}: ${reach}` }] };
			});
			onLoad({ filter: /./, namespace: SUBMISSION }, ({ path }) => loadConfined(files, path));
		},
	};
}

/**
 * Loads a submission's file for the bundler, unless it would have the bundler look through the disk.
 * @param suffix is appended to it
 */
export async function loadConfined(files: Confined, path: string, suffix = ""): Promise<OnLoadResult> {
	const loader = LOADERS[posix.extname(path)] ?? "ts";
	const contents = (await files.read(path)) + suffix;
	const computed = loader === "json" ? undefined : await computedImport(contents, loader);
	if (computed === undefined) return { contents, loader };
	const location = { ...computed.location, file: `${SUBMISSION}:${path}` };
	return { errors: [{ text: "Could not resolve an import: its path is computed, and could lead anywhere", location }] };
}

// For a path with a variable in it, esbuild looks through all folders that it could mean, and asks no plugin. Where it does
// not bundle, it says where such a path is, and looks for nothing.
async function computedImport(contents: string, loader: Loader): Promise<Message | undefined> {
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

// As forgiving as the bundler is with files on the disk: an ending may be missing, or be that of the compiled file.
function find(files: Confined, path: string): string | undefined {
	const candidates = [
		path,
		`${path}.ts`,
		path.replace(/\.js$/, ".ts"),
		`${path}.js`,
		`${path}.json`,
		`${path}/index.ts`,
	];
	return candidates.find((candidate) => files.has(candidate));
}
