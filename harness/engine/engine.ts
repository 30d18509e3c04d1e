import { inKit } from "../base/kit.ts";
import type { Preparation } from "../protocol/index.ts";
import { buildProgram } from "./bundle.ts";

const PROGRAM_SOURCE = inKit("solutions/main.ts");
/** Path of the bundled program in a machine. */
const PROGRAM = "/opt/box/box.cjs";
/** Path of the command in a machine. Its folder is on the PATH of an ordinary shell there. */
const COMMAND = "/opt/box/bin/box";

// fork needs the library to be preloaded: see libkernel.c.
const WRAPPER = `#!/bin/sh
LD_PRELOAD=/opt/drydock/libkernel.so exec /usr/bin/node --single-threaded --no-warnings ${PROGRAM} "$@"
`;

// To find out which C library is used, ffi-rs asks Node for a report on the whole process, which takes as long as
// starting Node. This line replaces that report.
const BANNER = `Object.defineProperty(process, "report", { value: { getReport: () => ({ header: { glibcVersionRuntime: "2" } }) } });`;

// Where the program finds the system-call library and ffi-rs: in a drydock machine, at a fixed path; otherwise in the
// program's own directory.
const LIBRARIES = {
	machine: { ffi: "/opt/drydock/node_modules/ffi-rs", banner: BANNER },
	beside: { ffi: "ffi-rs", banner: `${BANNER}\nconst LIBKERNEL = __dirname + "/libkernel.so";` },
};

/**
 * Bundles the engine as a program: `box run IMAGE COMMAND`.
 * @param mine the learner's files, by the reference module that each replaces; empty for the reference solution
 * @param options.libraries where the program finds its native libraries
 * @param options.upTo number of the last lesson whose part is included; all parts if not given
 * @returns CommonJS
 * @throws {BundleError} a learner's module cannot be bundled
 */
export async function boxProgram(
	mine: ReadonlyMap<string, string>,
	{ libraries = "machine", upTo }: { libraries?: keyof typeof LIBRARIES; upTo?: string } = {},
): Promise<string> {
	const { outputFiles } = await build(mine, libraries, upTo);
	return outputFiles.map(({ text }) => text).join("");
}

/** The lessons whose modules `box` contains. A lesson is missing if a later lesson's module replaces its own. */
export async function lessonsOfBox(): Promise<Set<string>> {
	const { metafile } = await build(new Map(), "machine");
	return new Set(Object.keys(metafile.inputs).flatMap((file) => /(\d\d-[^/]+)\/[^/]+$/.exec(file)?.[1] ?? []));
}

/**
 * Bundles the learner's module of a lesson alone, with what it imports, so that Node in a machine can import it.
 * @param mine the learner's files, by the reference module that each replaces
 * @param reference the reference module that the learner's module replaces; bundled itself if `mine` does not have it
 * @returns CommonJS
 * @throws {BundleError} the module cannot be bundled
 */
export async function moduleProgram(mine: ReadonlyMap<string, string>, reference: string): Promise<string> {
	const { outputFiles } = await build(mine, "machine", undefined, reference);
	return outputFiles.map(({ text }) => text).join("");
}

function build(
	mine: ReadonlyMap<string, string>,
	libraries: keyof typeof LIBRARIES,
	upTo?: string,
	entry: string = PROGRAM_SOURCE,
) {
	const { ffi, banner } = LIBRARIES[libraries];
	const aliases = {
		"#kernel": { file: inKit("native/kernel.ts") },
		"ffi-rs": { external: ffi },
	};
	const options = {
		entryPoints: [entry],
		target: "node20",
		banner: { js: banner },
		metafile: true as const,
	};
	return buildProgram(entry, { replaced: mine, upTo, aliases }, options);
}

/**
 * The preparations that install the program in a machine, so that `box` can be typed there. They come first in a run.
 */
export function installBox(program: string): Preparation[] {
	return [
		{ do: "write", path: PROGRAM, text: program },
		{ do: "write", path: COMMAND, text: WRAPPER, mode: 0o755 },
	];
}
