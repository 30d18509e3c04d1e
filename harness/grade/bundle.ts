import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { build, type Message, type Plugin } from "esbuild";
import { inKit } from "../kit.ts";

/** A program for the guest. */
export interface Bundle {
	code: string;
	/** Source map, JSON. */
	map: string;
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
 * Bundles solutions/box.ts with `subject` in the place of the reference's module.
 * `#kernel` is left out: the runner has it.
 * @param reference the module that is replaced, such as `solutions/02-unshare/isolate.ts`
 * @param subject the file that takes its place
 * @throws {BundleError}
 */
export async function bundle(reference: string, subject: string): Promise<Bundle> {
	try {
		const { outputFiles } = await build({
			entryPoints: [inKit("solutions/box.ts")],
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
			logLevel: "silent",
			plugins: [inPlaceOf(resolve(reference), resolve(subject))],
		});
		const text = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
		return { code: text(".js"), map: text(".map") };
	} catch (error) {
		const [first] = (error as { errors?: Message[] }).errors ?? [];
		if (first === undefined) throw error;
		const missing = isMissingExport(first);
		throw new BundleError(
			diagnosticOf(first, subject),
			missing,
			!missing && /^(Could not resolve|No matching export)/.test(first.text),
		);
	}
}

const isMissingExport = ({ text, location }: Message) =>
	text.startsWith("No matching export") && location !== null && inEngine(location.file);

function inPlaceOf(reference: string, subject: string): Plugin {
	return {
		name: "in-place-of",
		setup({ onResolve, onLoad }) {
			onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
				resolve(resolveDir, path) === reference ? { path: subject } : undefined,
			);
			// A file that neither imports nor exports anything would pass for CommonJS, which may export whatever is asked.
			onLoad({ filter: /./ }, async ({ path }) =>
				path === subject ? { contents: `${await readFile(path, "utf8")}\nexport {};\n`, loader: "ts" } : undefined,
			);
		},
	};
}

// An export that the engine misses is reported where it is imported, in box.ts; but the fault is in the subject.
function diagnosticOf({ text, location }: Message, subject: string): Diagnostic {
	const message = text.replaceAll(/"([^"]*)"/g, (whole, quoted: string) =>
		resolve(quoted) === resolve(subject) ? relative(".", subject) : whole,
	);
	if (location === null || inEngine(location.file)) return { message, file: resolve(subject), line: 1, column: 1 };
	return { message, file: resolve(location.file), line: location.line, column: location.column + 1 };
}

const inEngine = (file: string) => resolve(file) === inKit("solutions/box.ts");
