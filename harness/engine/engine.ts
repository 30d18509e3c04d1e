import { inKit } from "../base/kit.ts";
import type { Preparation } from "../protocol/index.ts";
import { bundled } from "./bundle.ts";

const PROGRAM_SOURCE = inKit("solutions/main.ts");
const PROGRAM = "/opt/box/box.cjs";
/** On the PATH of everything that runs in a machine. */
const COMMAND = "/opt/box/bin/box";

// The library is preloaded because fork needs it: see libkernel.c.
const WRAPPER = `#!/bin/sh
LD_PRELOAD=/opt/drydock/libkernel.so exec /usr/bin/node --single-threaded --no-warnings ${PROGRAM} "$@"
`;

// ffi-rs finds out which C library there is by a report of the whole process, which takes as long as starting Node.
const BANNER = `Object.defineProperty(process, "report", { value: { getReport: () => ({ header: { glibcVersionRuntime: "2" } }) } });`;

// Where the system-call library and ffi-rs are: in every machine of drydock's, or in the program's own directory.
const LIBRARIES = {
	machine: { ffi: "/opt/drydock/node_modules/ffi-rs", banner: BANNER },
	beside: { ffi: "ffi-rs", banner: `${BANNER}\nconst LIBKERNEL = __dirname + "/libkernel.so";` },
};

/**
 * Bundles the engine as a program: `box run IMAGE COMMAND`.
 * @param mine which file of the learner's takes the place of which module of the reference; empty for the reference's
 * @param options.libraries where it finds what is not JavaScript
 * @param options.upTo number of the last lesson whose part is there; all are if not given
 * @returns CommonJS
 * @throws {BundleError} a module of the learner's cannot be bundled
 */
export async function boxProgram(
	mine: ReadonlyMap<string, string>,
	{ libraries = "machine", upTo }: { libraries?: keyof typeof LIBRARIES; upTo?: string } = {},
): Promise<string> {
	const { outputFiles } = await build(mine, libraries, upTo);
	return outputFiles.map(({ text }) => text).join("");
}

/** The lessons whose modules it is made of: what an early one has made may have given way to a later one's. */
export async function lessonsOfBox(): Promise<Set<string>> {
	const { metafile } = await build(new Map(), "machine");
	return new Set(Object.keys(metafile.inputs).flatMap((file) => /(\d\d-[^/]+)\/[^/]+$/.exec(file)?.[1] ?? []));
}

function build(mine: ReadonlyMap<string, string>, libraries: keyof typeof LIBRARIES, upTo?: string) {
	const { ffi, banner } = LIBRARIES[libraries];
	const aliases = {
		"#kernel": { file: inKit("native/kernel.ts") },
		"ffi-rs": { external: ffi },
	};
	const options = {
		entryPoints: [PROGRAM_SOURCE],
		target: "node20",
		banner: { js: banner },
		metafile: true as const,
	};
	return bundled(PROGRAM_SOURCE, { replaced: mine, upTo, aliases }, options);
}

/** What puts the program into a machine, so that `box` can be typed there. Comes before everything else in a run. */
export function installBox(program: string): Preparation[] {
	return [
		{ do: "write", path: PROGRAM, text: program },
		{ do: "write", path: COMMAND, text: WRAPPER, mode: 0o755 },
	];
}
