import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { kitDir } from "../../harness/base/kit.ts";
import type { Temporary } from "./temporary.ts";

let made = 0;

/**
 * Compiles a program, so that Node can start it without a loader. With a loader for TypeScript, a start takes five
 * times as long.
 * @param files where the program is written
 * @param code TypeScript; it imports the kit's files as if it were beside package.json
 * @returns the program's path
 */
export async function compiledProgram(files: Temporary, code: string): Promise<string> {
	const outfile = join(files.dir, `program-${made++}.mjs`);
	await build({
		stdin: { contents: code, resolveDir: kitDir, loader: "ts" },
		absWorkingDir: kitDir,
		outfile,
		bundle: true,
		platform: "node",
		format: "esm",
		target: "node20",
		// Packages that are not ES modules call `require`.
		banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
		logLevel: "silent",
		plugins: [withOwnUrls],
	});
	return outfile;
}

// The kit's modules find its files relative to `import.meta.url`. In the bundle, this would be the bundle's URL. So
// each module's own URL is written in its place.
const withOwnUrls: Plugin = {
	name: "own-urls",
	setup: ({ onLoad }) =>
		onLoad({ filter: /\/harness\/.*\.ts$/ }, async ({ path }) => ({
			contents: (await readFile(path, "utf8")).replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)),
			loader: "ts",
		})),
};
