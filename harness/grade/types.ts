import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { cached, keyOf } from "../cache.ts";
import { inKit } from "../kit.ts";
import type { Diagnostic } from "./bundle.ts";

const LONGEST_MS = 30_000;
const MOST_KILOBYTES = 2 << 20;

/** Type-checks one file as an editor would. @returns its errors; none for a file that is well typed */
export async function typeErrors(file: string): Promise<Diagnostic[]> {
	const config = {
		extends: inKit("tsconfig.json"),
		compilerOptions: {
			paths: { "#kernel": [inKit("native/kernel.ts")], "#box/*": [inKit("solutions/given/*.ts")] },
			typeRoots: [inKit("node_modules/@types")],
			// What is merely unused is unfinished, not wrong.
			noUnusedLocals: false,
			noUnusedParameters: false,
		},
		include: [],
		files: [resolve(file)],
	};
	const dir = await cached("types", keyOf("types 1", config), (staging) =>
		writeFile(join(staging, "tsconfig.json"), JSON.stringify(config)),
	);
	return parse(await tsc(dir)).filter((diagnostic) => diagnostic.file === resolve(file));
}

// The compiler reads what others have written, and types can be made to take any time and memory: it ends when it has
// had enough of either, and with this process.
async function tsc(dir: string): Promise<string> {
	const compiler = [await compilerPath(), "--noEmit", "--pretty", "false", "-p", dir];
	const limited = [
		"--pdeathsig",
		"KILL",
		"--",
		"sh",
		"-c",
		`ulimit -d ${MOST_KILOBYTES}; exec "$@"`,
		"sh",
		...compiler,
	];
	const [program = "", ...args] = process.platform === "linux" ? ["setpriv", ...limited] : compiler;
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
