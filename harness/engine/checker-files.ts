import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { inKit } from "../base/kit.ts";
import { COMPILER_OPTIONS } from "./compiler-options.ts";
import { libraryDeclarations, nodeDeclarations } from "./declarations.ts";
import { earlierModule } from "./earlier-modules.ts";
import type { SubmissionFiles } from "./submission-files.ts";

// Where the checker sees the submission, the kit, and the declarations of the language and of Node. None of these paths
// is on the disk.
const SUBMISSION = "/submission";
const KIT = "/kit";
const LIBRARY = "/drydock/library.d.ts";
const NODE = "/drydock/types/node";
/** The checker's name for its settings: a tsconfig.json that {@link CheckerFiles} provides. */
export const CONFIG = "/drydock/tsconfig.json";
/** The type checker asks about two hundred questions for an ordinary module. */
const QUESTIONS_MAX = 20_000;

/** The checker's error numbers for a file or module that was not found, or whose name has an unsupported ending. */
const NOT_FOUND = new Set([2307, 2664, 2688, 2732, 2792, 6053, 6054, 7016]);

/**
 * All files that the type checker sees: the submission's files, and the declarations of the language, of Node and of
 * the kit.
 */
export class CheckerFiles {
	/** The names of the questions that {@link answer} answers. */
	readonly questions = ["readFile", "fileExists", "directoryExists", "getAccessibleEntries", "realpath"];
	readonly #texts = new Map<string, string>();
	readonly #filesRead = new Set<string>();
	#asked = 0;

	/**
	 * @param compiler path of the type checker
	 * @param learnersModule absolute path of the module that is checked
	 * @param modules the replacing file, by the reference module that it replaces
	 * @param files the submission's files
	 */
	constructor(
		compiler: string,
		private readonly learnersModule: string,
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
			files: [LIBRARY, SUBMISSION + learnersModule],
		};
		this.#texts.set(CONFIG, JSON.stringify(config));
		this.#texts.set(LIBRARY, libraryDeclarations(compiler, library));
		for (const [name, text] of nodeDeclarations()) this.#texts.set(join(NODE, name), text);
		this.#filesRead.add(SUBMISSION + learnersModule);
	}

	/** The submission's files that the checker has read, by the checker's names. */
	filesRead(): Iterable<string> {
		return this.#filesRead;
	}

	/** The submission's path for a name that the checker uses; null if the name means no file of the submission. */
	pathOf(name: string): string | null {
		return name.startsWith(`${SUBMISSION}/`) ? name.slice(SUBMISSION.length) : null;
	}

	/**
	 * Answers one of the checker's questions about a file.
	 * @param argument the path that the question is about, as JSON
	 * @returns JSON. A file has no other path, so `realpath` is answered with the path itself
	 * @throws {Error} there were too many questions
	 */
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

	/**
	 * Whether an error of the checker says that an import leads outside of the submission.
	 * @param file the submission's path of the file with the error
	 */
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
		const place = this.#placeOf(path);
		return place !== null && (place.kit || this.files.has(place.path));
	}

	async #read(path: string): Promise<string | null> {
		const text = this.#texts.get(path);
		if (text !== undefined) return text;
		const kit = kitPath(path);
		if (kit !== null) return this.#has(path) ? readFileSync(kit, "utf8") : null;
		const place = this.#placeOf(path);
		if (place?.kit) return readFileSync(place.path, "utf8");
		if (place === null || !this.files.has(place.path)) return null;
		this.#filesRead.add(path);
		return this.files.read(place.path).catch(() => null);
	}

	// Imports of types resolve as imports of values do. An import of an earlier lesson's module finds the reference
	// solution, unless one of the learner's modules replaces it.
	#placeOf(name: string): { path: string; kit: boolean } | null {
		const path = this.pathOf(name);
		// The checker gets its settings from CONFIG only. It does not see a submission's own settings.
		if (path === null || /\/(package|tsconfig)\.json$/.test(path)) return null;
		const reference = path === this.learnersModule ? undefined : earlierModule(this.modules, this.learnersModule, path);
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

// Every folder below /submission and /kit is said to exist: in a missing one, the checker finds no file anyway. Folders
// of packages are denied, which saves questions.
const isFolder = (path: string) =>
	NODE.startsWith(path) || (!path.includes("node_modules") && /^\/(submission|kit)(\/|$)/.test(path));
