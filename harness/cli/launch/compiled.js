// Compiles drydock's own modules. A loader that compiles each module when it is imported would cost every command
// more time than starting Node does. So they are compiled together, once, and again when one of them has changed.
// Plain JavaScript, because it runs before anything can read TypeScript.
import { createHash } from "node:crypto";
import {
	accessSync,
	chmodSync,
	constants,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const kit = fileURLToPath(new URL("../../../", import.meta.url));
const builds = join(kit, "node_modules/.cache/drydock");
/** How many builds are kept. A running program still loads modules of its own build after newer builds were made. */
const BUILDS_KEPT = 5;

/**
 * Compiles the modules, unless they are compiled already.
 * @returns {Promise<string>} URL of the compiled main module
 * @throws {Error} the modules cannot be compiled, or the build cannot be written to, or read from, the kit's
 * node_modules
 */
export async function compiledMain() {
	const build = join(builds, keyOfSources());
	if (!existsSync(build)) await compile(build);
	const main = join(build, "main.js");
	// Another user may have made the build, so that this user is not allowed to read it.
	accessSync(main, constants.R_OK);
	return pathToFileURL(main).href;
}

// Uses the files' modification times and sizes. Reading all files takes longer than a short command.
function keyOfSources() {
	const files = ["harness", "lessons"].flatMap((tree) =>
		readdirSync(join(kit, tree), { recursive: true, encoding: "utf8" }).map((name) => join(kit, tree, name)),
	);
	const hash = createHash("sha256");
	// Some packages are compiled, too. If one of them changes, package-lock.json changes.
	const packages = join(kit, "package-lock.json");
	for (const file of [packages, ...files.filter((name) => /\.[jt]s$/.test(name)).sort()]) {
		const { mtimeMs = 0, size = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {};
		hash.update(`${file} ${mtimeMs} ${size}\n`);
	}
	return hash.digest("hex").slice(0, 16);
}

async function compile(build) {
	const esbuild = await import("esbuild");
	const staging = `${build}.${process.pid}`;
	mkdirSync(staging, { recursive: true });
	try {
		await esbuild.build({
			absWorkingDir: kit,
			entryPoints: [join(kit, "harness/cli/main.ts")],
			outdir: staging,
			bundle: true,
			splitting: true,
			format: "esm",
			platform: "node",
			target: "node20",
			external: externalPackages(),
			// Packages that are not ES modules call `require`.
			banner: {
				js: 'import { createRequire as requireFor } from "node:module"; const require = requireFor(import.meta.url);',
			},
			sourcemap: "linked",
			sourcesContent: false,
			logLevel: "silent",
			plugins: [{ name: "own-urls", setup: ({ onLoad }) => onLoad({ filter: /\.ts$/ }, withOwnUrl) }],
		});
		// Every user may read the build, whatever umask(2) this user has.
		for (const path of [...readdirSync(staging).map((name) => join(staging, name)), staging])
			chmodSync(path, path === staging ? 0o755 : 0o644);
		if (!existsSync(build)) renameSync(staging, build);
	} finally {
		rmSync(staging, { recursive: true, force: true });
	}
	for (const old of byAge(builds).slice(BUILDS_KEPT)) rmSync(old, { recursive: true, force: true });
}

// Packages that are compiled as well: nearly every command needs them, and they contain nothing but modules. Node
// finds and reads one file faster than thirty.
const BUNDLED_PACKAGES = ["chalk", "commander", "diff", "string-width", "valibot", "wrap-ansi"];

function externalPackages() {
	const { dependencies, devDependencies } = JSON.parse(readFileSync(join(kit, "package.json"), "utf8"));
	const names = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !BUNDLED_PACKAGES.includes(name));
	return names.flatMap((name) => [name, `${name}/*`]);
}

// A module finds the kit's files relative to its own URL. The compiled module has another URL, so this inserts the
// module's own.
function withOwnUrl({ path }) {
	const url = JSON.stringify(pathToFileURL(path).href);
	return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", url), loader: "ts" };
}

function byAge(dir) {
	const paths = readdirSync(dir).map((name) => join(dir, name));
	// Another drydock may be removing old builds at the same time.
	const ages = new Map(paths.map((path) => [path, statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0]));
	return paths.sort((a, b) => ages.get(b) - ages.get(a));
}
