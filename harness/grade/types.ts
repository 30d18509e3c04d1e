import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { COMPILER_OPTIONS } from "../compiler-options.ts";
import { inKit } from "../kit.ts";
import type { Diagnostic } from "./bundle.ts";

const LONGEST_MS = 30_000;
const MOST_KILOBYTES = 2 << 20;

/** Type-checks one file as an editor would. @returns its errors; none for a file that is well typed */
export async function typeErrors(file: string): Promise<Diagnostic[]> {
	const config = {
		compilerOptions: {
			...COMPILER_OPTIONS,
			paths: { "#kernel": [inKit("native/kernel.ts")], "#box/*": [inKit("solutions/given/*.ts")] },
			typeRoots: [inKit("node_modules/@types")],
		},
		include: [],
		files: [resolve(file)],
	};
	return parse(await tsc(JSON.stringify(config))).filter((diagnostic) => diagnostic.file === resolve(file));
}

// The compiler wants its settings in a file. They come through a pipe, so that no file is left, whoever is killed when. Not
// through a pipe of Node's: that is a socket, which cannot be opened by its name.
const WITH_SETTINGS = 'settings=$1; shift; exec "$@" -p /dev/stdin <<END\n$settings\nEND';

// The compiler reads what others have written, and types can be made to take any time and memory: it ends when it has
// had enough of either, and with this process.
async function tsc(settings: string): Promise<string> {
	const started = (script: string) => ["sh", "-c", script, "sh", settings];
	const [program = "", ...args] = [
		...(process.platform === "linux"
			? ["setpriv", "--pdeathsig", "KILL", "--", ...started(`ulimit -d ${MOST_KILOBYTES}; ${WITH_SETTINGS}`)]
			: started(WITH_SETTINGS)),
		...[await compilerPath(), "--noEmit", "--pretty", "false"],
	];
	return new Promise((done) => {
		execFile(program, args, { cwd: "/", timeout: LONGEST_MS, killSignal: "SIGKILL" }, (_error, stdout) => done(stdout));
	});
}

// Not by way of its bin/tsc: that is a Node program which starts the compiler, and would leave it behind.
async function compilerPath(): Promise<string> {
	const home = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
	const { default: find } = (await import(pathToFileURL(join(home, "lib/getExePath.js")).href)) as {
		default(): string;
	};
	return find();
}

function parse(output: string): Diagnostic[] {
	return [...output.matchAll(/^(.+?)\((\d+),(\d+)\): error (TS\d+: .*)$/gm)].map(
		([, file = "", line, column, message = ""]) => ({
			message,
			file: resolve("/", file),
			line: Number(line),
			column: Number(column),
		}),
	);
}
