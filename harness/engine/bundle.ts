import { relative, resolve } from "node:path";
import type { BuildOptions, BuildResult, Message } from "esbuild";
import { TooMuchError, withBundler } from "./bundler.ts";
import { AS_MODULE, closedWorld, isOfKit, placeOf, type Refusal, type World, withoutSchemes } from "./closed-world.ts";
import type { Engine } from "./engine-at.ts";
import { filesBeside, type SubmissionFiles } from "./submission-files.ts";

/** The guest accepts frames of 8 MiB. The engine without a learner's module takes a few hundred KiB. */
const PROGRAM_BYTES_MAX = 3 << 20;

/** A program for the guest. */
export interface Bundle {
	code: string;
	/** Source map, JSON. */
	map: string;
	/** The source files that the program was bundled from. */
	files: string[];
}

/** Why a module could not be bundled, and the place in the source. */
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

/** Thrown when a module cannot be bundled. Says what is wrong, and where. */
export class BundleError extends Error {
	override readonly name = "BundleError";

	readonly diagnostic: Diagnostic;

	constructor(
		diagnostic: Diagnostic,
		readonly fault: Fault,
	) {
		const message = brief(diagnostic.message);
		super(message);
		this.diagnostic = { ...diagnostic, message };
	}
}

/** esbuild's messages begin with the error and end with its cause. The middle can be a name as long as the module. */
const HALF_OF_MESSAGE_CHARS = 300;

/** Shortens a compiler's message that is too long to read: drops its middle. */
export function brief(message: string): string {
	if (message.length <= 2 * HALF_OF_MESSAGE_CHARS) return message;
	return `${message.slice(0, HALF_OF_MESSAGE_CHARS)} … ${message.slice(-HALF_OF_MESSAGE_CHARS)}`;
}

/** Modules that the guest provides, so they are not bundled. */
const OF_THE_GUEST = { "#kernel": { external: "#kernel" }, "#guest": { external: "#guest" } };

/**
 * Bundles an engine. Learners' modules replace modules of the reference solution.
 * The bundle does not contain `#kernel` and `#guest`: the guest provides them.
 * @param engine the entry file and the parts of the engine, from `engineAt`
 * @param replaced the replacing file, by the reference module that it replaces
 * @param files reads these files if they are not on this computer's disk; their paths are then paths in the submission
 * @throws {BundleError}
 */
export async function bundle(
	{ entry, upTo }: Engine,
	replaced: ReadonlyMap<string, string>,
	files?: SubmissionFiles,
): Promise<Bundle> {
	const { outputFiles, metafile } = await bundled(
		entry,
		{ replaced, upTo, ...(files && { files }), aliases: OF_THE_GUEST },
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
	return { code: text(".js"), map: withoutSchemes(text(".map")), files: Object.keys(metafile.inputs).map(placeOf) };
}

type Program = Pick<BuildOptions, "outfile" | "sourcesContent" | "sourceRoot" | "banner"> & {
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
export async function bundled(
	entry: string,
	parts: Omit<World, "abort" | "files"> & { files?: SubmissionFiles },
	options: Program,
): Promise<BuildResult<Program & { write: false }>> {
	const subjects = [...parts.replaced.values()].map((file) => resolve(file));
	const files = parts.files ?? filesBeside(subjects);
	const world = { ...parts, files };
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
				plugins: [closedWorld({ ...world, abort })],
			}),
		);
		const bytes = result.outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
		if (bytes <= PROGRAM_BYTES_MAX) return result;
		throw atStart(`the program is too large: ${bytes >> 20} MiB, and ${PROGRAM_BYTES_MAX >> 20} may be`, "too-large");
	} catch (error) {
		if (error instanceof TooMuchError) throw atStart("this is too much for the compiler", "too-much-for-the-compiler");
		const [first] = (error as { errors?: Message[] }).errors ?? [];
		throw first === undefined ? error : await bundleErrorOf(first, entry, subjects, files);
	}

	function atStart(message: string, fault: Fault): BundleError {
		return new BundleError({ message, file: subjects[0] ?? entry, line: 1, column: 1 }, fault);
	}
}

async function bundleErrorOf(error: Message, entry: string, subjects: readonly string[], files: SubmissionFiles) {
	const { message, ...place } = diagnosticOf(error, entry, subjects);
	const names = subjects.map((file) => [file, relative(files.root, file)] as const);
	const named = names.reduce((text, [file, name]) => text.replaceAll(`"${file}"`, `"${name}"`), message);
	return new BundleError({ message: named, ...(await withinText(place, files)) }, faultOf(error));
}

const FAULT_OF_REFUSAL: Record<Refusal, Fault> = {
	outside: "unresolved-import",
	computed: "unresolved-import",
	unreadable: "unreadable-import",
};

function faultOf({ text, location, detail }: Message): Fault {
	if (Object.hasOwn(FAULT_OF_REFUSAL, String(detail))) return FAULT_OF_REFUSAL[detail as Refusal];
	if (text.startsWith("No matching export"))
		return location !== null && isOfKit(location.file) ? "missing-export" : "unresolved-import";
	return text.startsWith("Could not resolve") ? "unresolved-import" : "syntax-error";
}

// When a part of the engine imports an export that is missing, esbuild reports the place of the import. The error is in
// the learner's module, so the diagnostic names that module.
function diagnosticOf({ text, location }: Message, entry: string, subjects: readonly string[]): Diagnostic {
	const message = withoutSchemes(text);
	if (location === null || isOfKit(location.file)) {
		// With several learners' modules, picks the module that the message names.
		const subject = subjects.find((file) => message.includes(file)) ?? subjects[0] ?? entry;
		return { message, file: subject, line: 1, column: 1 };
	}
	const file = placeOf(location.file);
	// The error is in the line that closedWorld() appended: something in the learner's text before it is not closed.
	if (subjects.includes(file) && location.lineText === AS_MODULE)
		return {
			message: message.replace(/but found .*/, "but found the end of the file"),
			file,
			line: location.line,
			column: 1,
		};
	return { message, file, line: location.line, column: location.column + 1 };
}

// closedWorld() appends lines to a file. A place in such a line becomes the last line of the learner's own text.
async function withinText({ file, line, column }: Omit<Diagnostic, "message">, files: SubmissionFiles) {
	if (!files.has(file)) return { file, line, column };
	const lines = (await files.read(file).catch(() => "")).split("\n");
	return line <= lines.length ? { file, line, column } : { file, line: lines.length, column: 1 };
}
