import { isBuiltin } from "node:module";
import { posix } from "node:path";
import type { Loader, Plugin } from "esbuild";

/**
 * A submission's own files, as all that a module in it may import beside `#kernel`, Node's modules and the reference's of
 * earlier lessons. Whoever hands in is not trusted: an import, a tsconfig.json or a package.json of theirs must not make
 * the bundler read anything else on this computer.
 */
export interface Confined {
	/** Whether there is a file that may be read; paths begin with "/", which is the submission's own folder. */
	has(path: string): boolean;
	/** Its text. @throws {Error} why it cannot be read, for the learner to read */
	read(path: string): Promise<string>;
}

/**
 * The scheme of paths in a submission. With one of its own, esbuild looks for nothing beside the file: no package.json, no
 * source map, and none of the files that an import with a variable in it could mean.
 */
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
				const reach = "a submission can import its own files, #kernel, and modules of node:";
				return { errors: [{ text: `Could not resolve ${JSON.stringify(path)}: ${reach}` }] };
			});
			onLoad({ filter: /./, namespace: SUBMISSION }, async ({ path }) => ({
				contents: await files.read(path),
				loader: LOADERS[posix.extname(path)] ?? "ts",
			}));
		},
	};
}

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
