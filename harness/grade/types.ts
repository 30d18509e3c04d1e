import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { cached, keyOf } from "../cache.ts";
import { inKit } from "../kit.ts";
import type { Diagnostic } from "./bundle.ts";

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

function tsc(dir: string): Promise<string> {
	const bin = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
	return new Promise((done) => {
		execFile(process.execPath, [bin, "--noEmit", "--pretty", "false", "-p", dir], { cwd: "/" }, (_error, stdout) =>
			done(stdout),
		);
	});
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
