// drydock's own modules, compiled. A loader that compiles them as they are imported costs every command more than Node's
// start does; so they are compiled together, once, and again when one of them has changed. Plain JavaScript, as it runs
// before anything can read TypeScript.
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
/** A program that runs still loads modules of its own build after newer ones were made. */
const KEPT = 5;

/**
 * The compiled main module; it is made if it is not there.
 * @returns {Promise<string>} its URL
 * @throws {Error} the modules cannot be compiled, or what comes of it cannot be kept, or read, beside the kit's packages
 */
export async function compiledMain() {
	const build = join(builds, keyOfSources());
	if (!existsSync(build)) await compile(build);
	const main = join(build, "main.js");
	// Another user may have made it, and kept it to himself.
	accessSync(main, constants.R_OK);
	return pathToFileURL(main).href;
}

// By their times and sizes: to read them all takes longer than a short command's answer.
function keyOfSources() {
	const files = ["harness", "lessons"].flatMap((tree) =>
		readdirSync(join(kit, tree), { recursive: true, encoding: "utf8" }).map((name) => join(kit, tree, name)),
	);
	const hash = createHash("sha256");
	// With it, packages change that are compiled as well.
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
			external: externals(),
			// A package that is no ES module calls for others by it.
			banner: {
				js: 'import { createRequire as requireFor } from "node:module"; const require = requireFor(import.meta.url);',
			},
			sourcemap: "linked",
			sourcesContent: false,
			logLevel: "silent",
			plugins: [{ name: "own-urls", setup: ({ onLoad }) => onLoad({ filter: /\.ts$/ }, withOwnUrl) }],
		});
		// Whoever may read the kit may read this: root's umask(2) is not meant for it.
		for (const path of [...readdirSync(staging).map((name) => join(staging, name)), staging])
			chmodSync(path, path === staging ? 0o755 : 0o644);
		if (!existsSync(build)) renameSync(staging, build);
	} finally {
		rmSync(staging, { recursive: true, force: true });
	}
	for (const old of byAge(builds).slice(KEPT)) rmSync(old, { recursive: true, force: true });
}

// What nearly every command needs, and is nothing but modules: one file is found and read sooner than thirty.
const COMPILED = ["chalk", "commander", "diff", "string-width", "valibot", "wrap-ansi"];

function externals() {
	const { dependencies, devDependencies } = JSON.parse(readFileSync(join(kit, "package.json"), "utf8"));
	const names = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !COMPILED.includes(name));
	return names.flatMap((name) => [name, `${name}/*`]);
}

// A module finds the kit's files by its own URL, which is not the compiled module's.
function withOwnUrl({ path }) {
	const url = JSON.stringify(pathToFileURL(path).href);
	return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", url), loader: "ts" };
}

function byAge(dir) {
	const paths = readdirSync(dir).map((name) => join(dir, name));
	// Another drydock may be doing the same.
	const ages = new Map(paths.map((path) => [path, statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0]));
	return paths.sort((a, b) => ages.get(b) - ages.get(a));
}
