import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { inKit } from "../base/kit.ts";
import { COMPILER_OPTIONS } from "./compiler-options.ts";
import { libraryDeclarations, nodeDeclarations } from "./declarations.ts";
import { inPlaceOfReference } from "./earlier-modules.ts";
import type { SubmissionFiles } from "./submission-files.ts";

const SUBMISSION = "/submission";
const KIT = "/kit";
const LIBRARY = "/drydock/library.d.ts";
const NODE = "/drydock/types/node";
export const CONFIG = "/drydock/tsconfig.json";
/** An ordinary module makes it ask some three hundred times. */
const QUESTIONS_MAX = 20_000;

/** What says that a file was not found, by the checker's numbers. */
const NOT_FOUND = new Set([2307, 2664, 2688, 2732, 2792, 6053, 6054, 7016]);

/** All files that the type checker sees: the submission's, and the declarations that go with it. */
export class TypeWorld {
	readonly questions = ["readFile", "fileExists", "directoryExists", "getAccessibleEntries", "realpath"];
	readonly #texts = new Map<string, string>();
	readonly #own = new Set<string>();
	#asked = 0;

	constructor(
		compiler: string,
		private readonly subject: string,
		private readonly modules: ReadonlyMap<string, string>,
		private readonly files: SubmissionFiles,
	) {
		const [library = ""] = COMPILER_OPTIONS.lib;
		const { lib, ...options } = COMPILER_OPTIONS;
		const config = {
			compilerOptions: {
				...options,
				noLib: true,
				paths: { "#kernel": [`${KIT}/native/kernel.ts`], "#box/*": [`${KIT}/solutions/given/*.ts`] },
				typeRoots: [dirname(NODE)],
			},
			include: [],
			files: [LIBRARY, SUBMISSION + subject],
		};
		this.#texts.set(CONFIG, JSON.stringify(config));
		this.#texts.set(LIBRARY, libraryDeclarations(compiler, library));
		for (const [name, text] of nodeDeclarations()) this.#texts.set(join(NODE, name), text);
		this.#own.add(SUBMISSION + subject);
	}

	/** The submission's files that have been asked for, as the checker names them. */
	own(): Iterable<string> {
		return this.#own;
	}

	/** Which file of the submission the checker means; null if none. */
	pathOf(name: string): string | null {
		return name.startsWith(`${SUBMISSION}/`) ? name.slice(SUBMISSION.length) : null;
	}

	/** Answers a question about a file. @throws {Error} there were too many */
	async answer(question: string, argument: string): Promise<string> {
		this.#asked += 1;
		if (this.#asked > QUESTIONS_MAX) throw new Error("too many questions");
		const path = String(JSON.parse(argument));
		switch (question) {
			case "readFile":
				return JSON.stringify({ content: await this.#read(path) });
			case "fileExists":
				return JSON.stringify(this.#has(path));
			case "directoryExists":
				return JSON.stringify(isFolder(path));
			case "getAccessibleEntries":
				return JSON.stringify({ files: [], directories: [] });
			default:
				return argument;
		}
	}

	/** Whether an error says that a file was named which is not the submission's to name. */
	leadsOutside(file: string, { code, text }: { code: number; text: string }): boolean {
		const name = /'([^']*)'/.exec(text)?.[1];
		if (!NOT_FOUND.has(code) || name === undefined || !/^(\.\.?)?\/|^file:/.test(name)) return false;
		const path = this.pathOf(name);
		if (path !== null) return !this.files.contains(path);
		if (!name.startsWith(".")) return true;
		const climbs = join(dirname(file).slice(1), name).startsWith("../");
		return climbs || !this.files.contains(resolve(dirname(file), name));
	}

	#has(path: string): boolean {
		if (this.#texts.has(path)) return true;
		const kit = kitPath(path);
		if (kit !== null) return statSync(kit, { throwIfNoEntry: false })?.isFile() === true;
		const own = this.#ownPath(path);
		return own !== null && (own.kit || this.files.has(own.path));
	}

	async #read(path: string): Promise<string | null> {
		const text = this.#texts.get(path);
		if (text !== undefined) return text;
		const kit = kitPath(path);
		if (kit !== null) return this.#has(path) ? readFileSync(kit, "utf8") : null;
		const own = this.#ownPath(path);
		if (own?.kit) return readFileSync(own.path, "utf8");
		if (own === null || !this.files.has(own.path)) return null;
		this.#own.add(path);
		return this.files.read(own.path).catch(() => null);
	}

	// Types go by the same rule as values: an earlier lesson's module is the reference's.
	#ownPath(name: string): { path: string; kit: boolean } | null {
		const path = this.pathOf(name);
		// What these say is not the checker's business: it has its settings from here.
		if (path === null || /\/(package|tsconfig)\.json$/.test(path)) return null;
		const reference = path === this.subject ? undefined : inPlaceOfReference(this.modules, this.subject, path);
		if (reference === undefined) return { path, kit: false };
		const replacement = this.modules.get(reference);
		return replacement === undefined ? { path: reference, kit: true } : { path: resolve(replacement), kit: false };
	}
}

const KIT_FOLDERS = /^(native|solutions\/given)\/[\w-]+\.ts$/;

function kitPath(path: string): string | null {
	const name = path.startsWith(`${KIT}/`) ? relative(KIT, path) : "";
	return KIT_FOLDERS.test(name) ? inKit(name) : null;
}

// Where nothing is, a file will be missed; but no question is worth asking about a folder of packages.
const isFolder = (path: string) =>
	NODE.startsWith(path) || (!path.includes("node_modules") && /^\/(submission|kit)(\/|$)/.test(path));
