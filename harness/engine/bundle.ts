import { relative, resolve } from "node:path";
import type { BuildOptions, BuildResult, Message } from "esbuild";
import { CompilerLimitError, withBundler } from "./bundler.ts";
import type { Engine } from "./engine-at.ts";
import {
	EMPTY_EXPORT,
	importResolver,
	isKitFile,
	type ProgramSources,
	pathOf,
	type Refusal,
	withoutNamespaces,
} from "./import-resolver.ts";
import { filesBeside, type SubmissionFiles } from "./submission-files.ts";

/**
 * The largest program, with its source map. The guest accepts frames of 8 MiB. The engine without a learner's module
 * takes less than 100 KiB.
 */
const PROGRAM_BYTES_MAX = 3 << 20;

/** A program for the guest. */
export interface Bundle {
	code: string;
	/** Source map, JSON. */
	map: string;
	/** Paths of the source files that the program was bundled from, on the disk or in the submission. */
	files: string[];
}

/**
 * A place in a source text, and what is wrong there: why a module could not be bundled, a type error, or an exception.
 * Lines and columns count from 1.
 */
export interface Diagnostic {
	message: string;
	file: string;
	line: number;
	column: number;
}

/** The kinds of error that keep a module from being bundled. */
export type Fault =
	| "syntax-error"
	/** The module does not export what the lesson expects. */
	| "missing-export"
	/** The module imports a file that does not exist, or something that a submission may not import. */
	| "unresolved-import"
	/** The module imports something that exists but cannot be read, such as a directory or a device. */
	| "unreadable-import"
	| "too-much-for-the-compiler"
	/** The bundled program is too large. */
	| "too-large";

/**
 * Thrown when a module cannot be bundled, or when checking its types shows that it may not be run. Says what is wrong,
 * and where.
 */
export class BundleError extends Error {
	override readonly name = "BundleError";

	readonly diagnostic: Diagnostic;

	constructor(
		diagnostic: Diagnostic,
		readonly fault: Fault,
	) {
		const message = shortenedMessage(diagnostic.message);
		super(message);
		this.diagnostic = { ...diagnostic, message };
	}
}

/**
 * How much a shortened message keeps of its beginning, and of its end. esbuild's messages begin with the error and end
 * with its cause. The middle can be a name as long as the module.
 */
const HALF_OF_MESSAGE_CHARS = 300;

/** Shortens a compiler's message that is too long to read: drops its middle. */
export function shortenedMessage(message: string): string {
	if (message.length <= 2 * HALF_OF_MESSAGE_CHARS) return message;
	return `${message.slice(0, HALF_OF_MESSAGE_CHARS)} … ${message.slice(-HALF_OF_MESSAGE_CHARS)}`;
}

/** Modules that the guest provides, so they are not bundled. */
const GUEST_ALIASES = { "#kernel": { external: "#kernel" }, "#guest": { external: "#guest" } };

/**
 * Bundles an engine. Learners' modules replace modules of the reference solution.
 * The bundle does not contain `#kernel` and `#guest`: the guest provides them.
 * @param engine the entry file and the parts of the engine, from `engineAt`
 * @param replaced the replacing file, by the reference module that it replaces
 * @param files the submission's files, if they are not on this computer's disk. Paths of learners' modules are then
 * paths in the submission
 * @throws {BundleError}
 */
export async function bundle(
	{ entry, upTo }: Engine,
	replaced: ReadonlyMap<string, string>,
	files?: SubmissionFiles,
): Promise<Bundle> {
	const { outputFiles, metafile } = await buildProgram(
		entry,
		{ replaced, upTo, ...(files && { files }), aliases: GUEST_ALIASES },
		{
			entryPoints: [entry],
			outfile: "/exercise.js",
			target: "node24",
			sourcemap: "external",
			sourcesContent: false,
			sourceRoot: "/",
			metafile: true,
		},
	);
	const text = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
	return { code: text(".js"), map: withoutNamespaces(text(".map")), files: Object.keys(metafile.inputs).map(pathOf) };
}

type BuildSettings = Pick<BuildOptions, "outfile" | "sourcesContent" | "sourceRoot" | "banner"> & {
	entryPoints: string[];
	target: string;
	sourcemap?: "external";
	metafile: true;
};

/**
 * Bundles a program from the kit's files and a submission's files.
 * @param entry the kit's file that the program begins with
 * @throws {BundleError}
 */
export async function buildProgram(
	entry: string,
	parts: Omit<ProgramSources, "abort" | "files"> & { files?: SubmissionFiles },
	options: BuildSettings,
): Promise<BuildResult<BuildSettings & { write: false }>> {
	const learnerModules = [...parts.replaced.values()].map((file) => resolve(file));
	const files = parts.files ?? filesBeside(learnerModules);
	try {
		const result = await withBundler((esbuild, abort) =>
			esbuild.build({
				...options,
				bundle: true,
				write: false,
				platform: "node",
				format: "cjs",
				logLevel: "silent",
				// A tsconfig.json beside the module would change the program. The program would then differ between computers.
				tsconfigRaw: {},
				plugins: [importResolver({ ...parts, files, abort })],
			}),
		);
		const bytes = result.outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
		if (bytes <= PROGRAM_BYTES_MAX) return result;
		throw errorAtStart(
			`the program is too large: ${bytes >> 20} MiB; the limit is ${PROGRAM_BYTES_MAX >> 20} MiB`,
			"too-large",
		);
	} catch (error) {
		if (error instanceof CompilerLimitError)
			throw errorAtStart("this is too much for the compiler", "too-much-for-the-compiler");
		const [first] = (error as { errors?: Message[] }).errors ?? [];
		throw first === undefined ? error : await bundleErrorOf(first, entry, learnerModules, files);
	}

	function errorAtStart(message: string, fault: Fault): BundleError {
		return new BundleError({ message, file: learnerModules[0] ?? entry, line: 1, column: 1 }, fault);
	}
}

async function bundleErrorOf(error: Message, entry: string, learnerModules: readonly string[], files: SubmissionFiles) {
	const { message, ...place } = diagnosticOf(error, entry, learnerModules);
	const names = learnerModules.map((file) => [file, relative(files.root, file)] as const);
	const named = names.reduce((text, [file, name]) => text.replaceAll(`"${file}"`, `"${name}"`), message);
	return new BundleError({ message: named, ...(await clampedToText(place, files)) }, faultOf(error));
}

const FAULT_OF_REFUSAL: Record<Refusal, Fault> = {
	outside: "unresolved-import",
	computed: "unresolved-import",
	unreadable: "unreadable-import",
};

function faultOf({ text, location, detail }: Message): Fault {
	if (Object.hasOwn(FAULT_OF_REFUSAL, String(detail))) return FAULT_OF_REFUSAL[detail as Refusal];
	if (text.startsWith("No matching export"))
		return location !== null && isKitFile(location.file) ? "missing-export" : "unresolved-import";
	return text.startsWith("Could not resolve") ? "unresolved-import" : "syntax-error";
}

// When a part of the engine imports an export that is missing, esbuild reports the place of the import. The error is in
// the learner's module, so the diagnostic names that module.
function diagnosticOf({ text, location }: Message, entry: string, learnerModules: readonly string[]): Diagnostic {
	const message = withoutNamespaces(text);
	if (location === null || isKitFile(location.file)) {
		// With several learners' modules, picks the module that the message names.
		const file = learnerModules.find((file) => message.includes(file)) ?? learnerModules[0] ?? entry;
		return { message, file, line: 1, column: 1 };
	}
	const file = pathOf(location.file);
	// The error is in the line that importResolver() appended: something in the learner's text before it is not closed.
	if (learnerModules.includes(file) && location.lineText === EMPTY_EXPORT)
		return {
			message: message
				.replace(/but found .*/, "but found the end of the file")
				.replace('Unexpected "export"', "Unexpected end of the file"),
			file,
			line: location.line,
			column: 1,
		};
	return { message, file, line: location.line, column: location.column + 1 };
}

// importResolver() appends lines to a file. A place in such a line becomes the last line of the learner's own text.
async function clampedToText({ file, line, column }: Omit<Diagnostic, "message">, files: SubmissionFiles) {
	if (!files.has(file)) return { file, line, column };
	const lines = (await files.read(file).catch(() => "")).split("\n");
	return line <= lines.length ? { file, line, column } : { file, line: lines.length, column: 1 };
}
