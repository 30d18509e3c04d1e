import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cruise, type IForbiddenRuleType } from "dependency-cruiser";
import { inKit } from "../../harness/base/kit.ts";

/**
 * A set of files in the kit, and what they may import besides each other. For each file, the first matching rule holds.
 */
interface ImportRule {
	/** A regular expression for the files' paths in the kit. */
	files: string;
	/** Regular expressions for paths in the kit, and for packages: `node_modules/NAME/`. */
	mayImport: readonly string[];
	/** Whether they may import Node's own modules. */
	mayImportNode?: true;
}

/** An import that breaks a rule. */
export interface RefusedImport {
	/** Path of the importing file in the kit. */
	from: string;
	/** A path in the kit, `node_modules/NAME/…`, or one of Node's modules without `node:`. */
	to: string;
	/** The broken rule: its `files`, or the name of a general rule. */
	rule: string;
}

/** The top folders whose files the rules cover. */
export const TREES = ["native", "solutions", "lessons", "harness"];

const KERNEL = "^native/kernel\\.ts$";
const GIVEN = "^solutions/given/";
const VALIBOT = "^node_modules/valibot/";
/** Packages for the host's code, which makes no system calls of its own. */
const PACKAGES = "^node_modules/(?!ffi-rs/)";

/** The guest's functions that instruments may use. */
const GUEST = "^harness/guest/index\\.ts$";
const PROTOCOL = "^harness/protocol/index\\.ts$";
/** The schemas of readings. A folder below contains the guest's code that reads. */
const READINGS = "^harness/readings/[^/]+$";
const VIEWS = "^harness/live/views/";
const DRAWINGS = "^harness/live/drawings/";

/** The folders that contain the code of the commands. */
const COMMANDS = ["cli/learn", "cli/session", "cli/show", "cli/grade", "cli/doctor", "cli/author"];

/** The folders of `classroom` that grading imports. */
const CLASSROOM = ["results", "submissions", "class", "similarity"].map((name) => `classroom/${name}`);

/**
 * The folders of the host's code, with the folders that each may import, and a pattern for its files if they are not
 * all files of the folder. A folder may import only those that come before it in the list, and protocol, readings and
 * views. No rule allows native, lessons or solutions: the host bundles native and solutions, and runs them in the guest.
 * Of lessons, `judge/lessons.ts` imports checks and demos by computed paths, which the rules do not see.
 */
const LAYERS: readonly (readonly [name: string, mayImport: readonly string[], files?: string])[] = [
	["base", []],
	["vm", ["base", "protocol"]],
	["engine", ["base", "protocol", "vm"]],
	["judge", ["base", "protocol", "readings", "vm", "engine"]],
	["learner", ["base", "engine", "judge"]],
	["classroom/results", ["base"]],
	["classroom/formats", ["base", "classroom/results"]],
	["classroom/submissions", ["base", "engine", "judge", "learner", "classroom/results"]],
	["classroom/class", ["base", "judge", "classroom/results", "classroom/submissions"]],
	["classroom/similarity", ["base", "classroom/results"]],
	["classroom/grading", ["base", "vm", "engine", "judge", ...CLASSROOM]],
	["classroom/hand-outs", ["base", "vm"]],
	["live", ["base", "protocol", "vm", "judge", "learner"], "^harness/live/[^/]+$"],
	["live/recording", ["base", "protocol", "live"]],
	["live/machine", ["base", "protocol", "vm", "engine", "judge", "live"]],
	["doctor", ["base", "vm", "learner"]],
	["dev", ["base", "vm", "judge", "learner", "live", "live/machine"]],
	["cli/text", ["base"]],
	["cli/learn", ["base", "protocol", "readings", "vm", "engine", "judge", "learner", "cli/text"]],
	["cli/session", ["base", "protocol", "vm", "engine", "judge", "learner", "cli/text", "cli/learn"]],
	["cli/show", ["base", "vm", "judge", "learner", "live", "live/recording", "live/machine", "views", "cli/text"]],
	[
		"cli/grade",
		["base", "judge", ...CLASSROOM, "classroom/formats", "classroom/grading", "classroom/hand-outs", "cli/text"],
	],
	["cli/doctor", ["base", "vm", "doctor", "cli/text"]],
	["cli/author", ["base", "vm", "judge", "dev", "cli/text"]],
	// The names and arguments of the commands. A command imports its code only when it is called.
	["cli/command", [], "^harness/cli/command\\.ts$"],
	["cli/commands", ["engine", "classroom/formats", "classroom/hand-outs", "cli/command", ...COMMANDS]],
	["cli/main", ["base", "cli/text", "cli/doctor", "cli/command", "cli/commands"], "^harness/cli/(main|commands)\\.ts$"],
	["cli/launch", ["cli/main"], "^harness/cli/(launch/|bin\\.)"],
];

const RULES: readonly ImportRule[] = [
	{ files: "^native/", mayImport: ["^node_modules/ffi-rs/"], mayImportNode: true },
	...solutionRules(),
	...lessonRules(),
	{ files: READINGS, mayImport: [VALIBOT] },
	{ files: "^harness/protocol/", mayImport: [VALIBOT, READINGS] },
	{ files: "^harness/readings/guest/", mayImport: ["^native/", READINGS], mayImportNode: true },
	{ files: "^harness/guest/", mayImport: ["^native/", "^harness/readings/", PROTOCOL], mayImportNode: true },
	// Code that computes pictures and drawings, and needs no browser. The page shows them.
	{ files: VIEWS, mayImport: ["^harness/live/events\\.ts$", PROTOCOL] },
	{ files: DRAWINGS, mayImport: ["^node_modules/@dagrejs/", VIEWS] },
	{
		files: "^harness/live/page/",
		mayImport: ["^node_modules/@xterm/", VIEWS, DRAWINGS, "^harness/live/(events|messages|bounded-emulator)\\.ts$"],
	},
	...hostRules(),
];

/**
 * Reads all imports in a directory that has the kit's structure, including dynamic and type-only imports.
 * @param dir the kit, or a directory with some of its folders
 * @returns the imports that break a rule, and the files that were read
 */
export async function refusedImports(dir: string): Promise<{ refused: RefusedImport[]; files: string[] }> {
	const { output } = await cruise(
		TREES.filter((tree) => existsSync(`${dir}/${tree}`)),
		{
			baseDir: dir,
			// dependency-cruiser's default parser would need a compiler that can no longer be imported.
			parser: "swc",
			tsPreCompilationDeps: true,
			doNotFollow: { path: "node_modules" },
			enhancedResolveOptions: {
				exportsFields: ["exports"],
				conditionNames: ["import", "require", "node", "default"],
				extensions: [".ts", ".js", ".cjs"],
			},
			validate: true,
			ruleSet: { forbidden: [...RULES.map(cruiserRule), ...GENERAL_RULES] },
		},
	);
	if (typeof output === "string") throw new Error(`dependency-cruiser returned a text, not an object: ${output}`);
	const { violations } = output.summary;
	return {
		refused: violations.map(({ from, to, rule }) => ({ from, to, rule: rule.name })),
		files: output.modules
			.map(({ source }) => source)
			.filter((path) => TREES.some((tree) => path.startsWith(`${tree}/`))),
	};
}

const GENERAL_RULES: IForbiddenRuleType[] = [
	{ name: "no cycles", severity: "error", from: {}, to: { circular: true } },
	{ name: "the imported file does not exist", severity: "error", from: {}, to: { couldNotResolve: true } },
	{ name: "no rule covers this file", severity: "error", from: { pathNot: RULES.map(({ files }) => files) }, to: {} },
];

// A rule does not apply to files that an earlier rule covers. Otherwise a lesson's check could import the skeleton beside
// it. Only those earlier rules are listed whose files may have the same beginning, because dependency-cruiser takes long to
// check long expressions.
function cruiserRule({ files, mayImport, mayImportNode }: ImportRule, index: number): IForbiddenRuleType {
	const mayOverlap = (row: ImportRule) => {
		const [one, other] = [beginningOf(row.files), beginningOf(files)];
		return one.startsWith(other) || other.startsWith(one);
	};
	const earlier = RULES.slice(0, index)
		.filter(mayOverlap)
		.map((row) => row.files.slice(1));
	const own = earlier.length === 0 ? files : `^(?!${earlier.join("|")})${files.slice(1)}`;
	return {
		name: files,
		severity: "error",
		from: { path: own },
		to: { pathNot: [own, ...mayImport], ...(mayImportNode && { dependencyTypesNot: ["core"] }) },
	};
}

// The text at the beginning of every path that matches a pattern.
const beginningOf = (files: string): string => /^\^[\w/-]*/.exec(files)?.[0] ?? "";

/** @throws {Error} a folder may import a folder that does not come before it */
function hostRules(): ImportRule[] {
	const below = new Map([
		["protocol", PROTOCOL],
		["readings", READINGS],
		["views", VIEWS],
	]);
	return LAYERS.map(([name, mayImport, files = `^harness/${name}/`]) => {
		const names = mayImport.map((other) => below.get(other) ?? raise(`${name} does not come after ${other}`));
		below.set(name, files);
		return { files, mayImport: [PACKAGES, ...names], mayImportNode: true };
	});
}

function solutionRules(): ImportRule[] {
	return [
		{ files: GIVEN, mayImport: [KERNEL], mayImportNode: true },
		// A part connects a lesson's module with the engine. The module itself does not know the engine.
		...lessonIds("solutions").map(
			(id): ImportRule => ({
				files: `^solutions/${id}/(late-part|part|\\w+-command)\\.ts$`,
				mayImport: [KERNEL, GIVEN, "^solutions/[^/]+$", "^solutions/commands/command\\.ts$", `^solutions/${id}/`],
				mayImportNode: true,
			}),
		),
		...lessonIds("solutions").map((id, index, ids): ImportRule => {
			const earlier = ids.slice(0, index).map((other) => `^solutions/${other}/`);
			return { files: `^solutions/${id}/`, mayImport: [KERNEL, GIVEN, ...earlier], mayImportNode: true };
		}),
		{ files: "^solutions/", mayImport: [KERNEL, "^solutions/"], mayImportNode: true },
	];
}

// The skeleton is the module that `check.ts` names. A driver runs in the guest, in place of the engine. An instrument
// runs in the guest, in the agent. All other files in a lesson's folder belong to the check or the demo, and run on the
// host.
function lessonRules(): ImportRule[] {
	const skeletons = lessonIds("lessons").map((id) => `^lessons/${id}/${moduleOf(id)}$`.replaceAll(".", "\\."));
	return [
		...skeletons.map(
			(files, index): ImportRule => ({
				files,
				mayImport: [KERNEL, GIVEN, ...skeletons.slice(0, index)],
				mayImportNode: true,
			}),
		),
		{ files: "^lessons/[^/]+/driver\\.ts$", mayImport: [KERNEL, "^solutions/"], mayImportNode: true },
		...lessonIds("lessons").map(
			(id): ImportRule => ({
				files: `^lessons/${id}/instrument\\.ts$`,
				mayImport: [GUEST, `^lessons/${id}/`],
				mayImportNode: true,
			}),
		),
		...lessonIds("lessons").map(
			(id): ImportRule => ({
				files: `^lessons/${id}/`,
				mayImport: ["^harness/judge/index\\.ts$", VALIBOT],
				mayImportNode: true,
			}),
		),
	];
}

function lessonIds(tree: "lessons" | "solutions"): string[] {
	return readdirSync(inKit(tree))
		.filter((name) => /^\d\d-/.test(name))
		.sort();
}

function moduleOf(id: string): string {
	const [, module] = /^\tmodule: "(.+)",$/m.exec(readFileSync(inKit("lessons", id, "check.ts"), "utf8")) ?? [];
	return module ?? raise(`lessons/${id}/check.ts names no module`);
}

function raise(message: string): never {
	throw new Error(message);
}
