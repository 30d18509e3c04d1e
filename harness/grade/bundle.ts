import { existsSync, realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, posix, relative, resolve, sep } from "node:path";
import { build, type Message, type Plugin } from "esbuild";
import { inKit } from "../kit.ts";
import { type Confined, confinedTo, loadConfined, SUBMISSION, withoutScheme } from "./confined.ts";

/** The folders whose files an engine may be made of, beside those of the learner. */
const KIT = ["lessons", "native", "node_modules", "solutions", "test"].map((folder) => realpathSync(inKit(folder)));

/** A program for the guest. */
export interface Bundle {
	code: string;
	/** Source map, JSON. */
	map: string;
	/** The files that it is made of. */
	files: string[];
}

/** Why a module could not be bundled, at a place in it. */
export interface Diagnostic {
	message: string;
	file: string;
	line: number;
	column: number;
}

/** The module cannot be bundled: what is wrong, and where. */
export class BundleError extends Error {
	override readonly name = "BundleError";

	constructor(
		readonly diagnostic: Diagnostic,
		/** It is the expected export that is missing, not the syntax that is wrong. */
		readonly missingExport: boolean,
		/** It imports what is not there. */
		readonly unresolvedImport: boolean,
	) {
		super(diagnostic.message);
	}
}

/**
 * Bundles an engine, with learners' modules in the place of the reference's.
 * `#kernel` is left out: the runner has it.
 * @param engine the file that assembles the modules, such as `solutions/box.ts`
 * @param replaced which file takes the place of which module of the reference
 * @param confined where these files are, if nothing of the learner's is to be looked for on this computer's disk; their
 * paths are then those in the submission
 * @throws {BundleError}
 */
export async function bundle(
	engine: string,
	replaced: ReadonlyMap<string, string>,
	confined?: Confined,
): Promise<Bundle> {
	try {
		const { outputFiles, metafile } = await build({
			entryPoints: [engine],
			outfile: "/exercise.js",
			bundle: true,
			write: false,
			platform: "node",
			format: "cjs",
			target: "node24",
			external: ["#kernel"],
			sourcemap: "external",
			sourcesContent: false,
			sourceRoot: "/",
			metafile: true,
			logLevel: "silent",
			// One that lies with the module would change what is made of it, and differ between a learner's computer and ours.
			tsconfigRaw: {},
			plugins: [inPlaceOf(replaced, confined), ...(confined === undefined ? [] : [confinedTo(confined)])],
		});
		const text = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
		const files = Object.keys(metafile.inputs).map((file) => resolve(withoutScheme(file)));
		return { code: text(".js"), map: withoutScheme(text(".map")), files };
	} catch (error) {
		throw bundleErrorOf(error, engine, replaced, confined);
	}
}

/** What esbuild's error says of the modules: a {@link BundleError}; the error itself when it is not about them. */
export function bundleErrorOf(
	error: unknown,
	engine: string,
	replaced: ReadonlyMap<string, string>,
	confined?: Confined,
): unknown {
	const [first] = (error as { errors?: Message[] }).errors ?? [];
	if (first === undefined) return error;
	const missing = isMissingExport(first, engine);
	const nameOf = (path: string) => (confined === undefined ? relative(".", path) : path.slice(1));
	return new BundleError(
		diagnosticOf(first, engine, [...replaced.values()], nameOf),
		missing,
		!missing && /^(Could not resolve|No matching export)/.test(first.text),
	);
}

const isMissingExport = ({ text, location }: Message, engine: string) =>
	text.startsWith("No matching export") && location !== null && resolve(location.file) === engine;

const AS_MODULE = "\nexport {};\n";

/** Puts learners' modules in the place of the reference's, and finds the parts of the engine that are given. */
export function inPlaceOf(replaced: ReadonlyMap<string, string>, confined?: Confined): Plugin {
	const subjects = new Set(replaced.values());
	return {
		name: "in-place-of",
		setup({ onResolve, onLoad }) {
			// Wherever a learner's file lies: what `#box/tar` is, the kit says.
			onResolve({ filter: /^#box\/\w+$/ }, ({ path }) => {
				const given = inKit("solutions/given", `${basename(path)}.ts`);
				return existsSync(given) ? { path: given } : undefined;
			});
			onResolve({ filter: /^\./ }, ({ path, importer, resolveDir, namespace }) => {
				// Wherever a learner's file lies: an earlier lesson's module, next to its folder, is the reference's.
				const from = namespace === SUBMISSION ? posix.dirname(importer) : resolveDir;
				const module = /\/\d\d-[^/]+\/[^/]+\.ts$/.exec(resolve(from, path))?.[0];
				if (module === undefined) return undefined;
				const reference = inKit("solutions", module);
				// What has no counterpart there is a file of the learner's own.
				if (!existsSync(reference)) return undefined;
				const subject = replaced.get(reference);
				return {
					path: subject ?? reference,
					namespace: subject === undefined || confined === undefined ? "file" : SUBMISSION,
				};
			});
			if (confined !== undefined)
				onLoad({ filter: /./, namespace: SUBMISSION }, ({ path }) =>
					subjects.has(path) ? loadConfined(confined, path, AS_MODULE) : undefined,
				);
			// Whatever is imported ends up in the machine, and what is printed there in a report: so nothing is taken from
			// elsewhere on this computer, be it named by its path, by a link or by a tsconfig.json.
			const own = confined === undefined ? [...subjects].map((file) => dirname(realpathSync(file))) : [];
			onLoad({ filter: /./, namespace: "file" }, async ({ path }) => {
				const isBelow = (dir: string) => path.startsWith(`${dir}${sep}`);
				// A file that neither imports nor exports anything would pass for CommonJS, which may export whatever is asked.
				if (subjects.has(path)) return { contents: (await readFile(path, "utf8")) + AS_MODULE, loader: "ts" };
				if ([...KIT, ...own].some(isBelow)) return undefined;
				const text = "Only files of the kit, and files beside the module or below it, can be imported";
				return { errors: [{ text: `Could not resolve "${path}": ${text}` }] };
			});
		},
	};
}

// An export that the engine misses is reported where it is imported, in the engine; but the fault is in the subject.
function diagnosticOf(
	{ text, location }: Message,
	engine: string,
	subjects: readonly string[],
	nameOf: (path: string) => string,
): Diagnostic {
	const message = withoutScheme(text).replaceAll(/"([^"]*)"/g, (whole, quoted: string) =>
		subjects.includes(resolve(quoted)) ? nameOf(resolve(quoted)) : whole,
	);
	if (location === null || resolve(location.file) === engine) {
		// Of several, the one that the message names.
		const subject = subjects.find((file) => message.includes(nameOf(file))) ?? subjects[0] ?? engine;
		return { message, file: subject, line: 1, column: 1 };
	}
	const file = resolve(withoutScheme(location.file));
	// The line that was added: something before it is not closed.
	if (subjects.includes(file) && location.lineText === AS_MODULE.trim())
		return {
			message: message.replace(/but found .*/, "but found the end of the file"),
			file,
			line: location.line - 1,
			column: 1,
		};
	return { message, file, line: location.line, column: location.column + 1 };
}
