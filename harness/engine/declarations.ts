import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { inKit } from "../base/kit.ts";

/**
 * Declarations that the type checker sees beside a submission: the language's library and Node's modules. They are
 * joined into files that exist on no disk: each set has about sixty files, and the checker asks several questions about
 * every file; see CheckerFiles. A process reads each set once, because a class has hundreds of submissions.
 */

/**
 * The declarations of the language's library, as one text.
 * @param compiler the compiler's path: the library is in the same directory
 * @param name the library's version, such as `es2023`; the text also has all earlier versions
 */
export function libraryDeclarations(compiler: string, name: string): string {
	const file = join(dirname(compiler), `lib.${name}.d.ts`);
	const known = libraries.get(file) ?? readLibrary(compiler, name);
	libraries.set(file, known);
	return known;
}

/** The declarations of Node's modules and globals: texts by file name. `index.d.ts` refers to all others. */
export function nodeDeclarations(): ReadonlyMap<string, string> {
	node ??= readNode();
	return node;
}

const libraries = new Map<string, string>();
let node: ReadonlyMap<string, string> | undefined;

function readLibrary(compiler: string, name: string): string {
	const texts = new Map<string, string>();
	const add = (file: string) => {
		if (texts.has(file)) return;
		const text = readFileSync(join(dirname(compiler), `lib.${file}.d.ts`), "utf8");
		texts.set(file, text);
		for (const [, reference = ""] of text.matchAll(/^\/\/\/ <reference lib="([\w.]+)" \/>/gm)) add(reference);
	};
	add(name);
	return [...texts.values()].map(withoutReferences).join("\n");
}

function readNode(): Map<string, string> {
	const home = dirname(createRequire(inKit("package.json")).resolve("@types/node/package.json"));
	const names = readdirSync(home, { recursive: true, encoding: "utf8" });
	// The directory `ts5.6` has declarations for an older compiler.
	const texts = names
		.filter((name) => name.endsWith(".d.ts") && !/^(ts\d|index\.d\.ts$)/.test(name))
		.map((name) => [name, readFileSync(join(home, name), "utf8")] as const);
	// A file with a top-level import or export is a module, and cannot be joined with other files.
	const isModule = (text: string) => /^(import|export) /m.test(text);
	const modules = texts.filter(([, text]) => isModule(text));
	const joined = texts.filter(([, text]) => !isModule(text)).map(([, text]) => withoutReferences(text));
	const references = modules.map(([name]) => `/// <reference path="${name}" />`);
	return new Map([
		...modules.map(([name, text]) => [name, withoutReferences(text)] as const),
		["index.d.ts", [...references, ...joined].join("\n")],
	]);
}

const withoutReferences = (text: string) => text.replaceAll(/^\/\/\/ <reference .*$/gm, "");
