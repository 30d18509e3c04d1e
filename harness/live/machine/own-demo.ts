import { randomBytes } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { transform } from "esbuild";
import * as v from "valibot";
import { Failure } from "../../base/failure.ts";
import { printable } from "../../base/printable.ts";
import { readRegularFile } from "../../base/regular-file.ts";
import type { Demo } from "../../judge/demo.ts";
import { findLesson, type Lesson } from "../../judge/lessons.ts";
import { VIEWS } from "../../protocol/index.ts";
import type { MachinePool } from "../../vm/machine-pool.ts";
import { Step } from "../events.ts";

/**
 * An instructor's own demo: a folder with a demo.ts, whose default export is a demo. The file is evaluated in a virtual
 * machine, never on this computer. Only the exported demo comes back, as data.
 */
export interface OwnDemo extends Lesson {
	folder: string;
}

const FILE_BYTES_MAX = 256 << 10;
const CALL = "demo";

const isPattern = (source: string) => {
	try {
		return new RegExp(source, "m") instanceof RegExp;
	} catch {
		return false;
	}
};
const Pattern = v.pipe(v.string(), v.maxLength(1_000), v.check(isPattern, "is not a regular expression"));
const Script = v.strictObject({
	title: v.pipe(v.string(), v.maxLength(200)),
	minutes: v.pipe(v.number(), v.minValue(0), v.maxValue(1_000)),
	views: v.optional(v.pipe(v.array(v.picklist(VIEWS)), v.maxLength(VIEWS.length))),
	steps: v.pipe(
		v.array(v.strictObject({ ...Step.entries, promises: v.pipe(v.array(Pattern), v.maxLength(200)) })),
		v.minLength(1),
		v.maxLength(200),
	),
});

/**
 * Finds a demo: a lesson's by the lesson's name, or an instructor's own by the path of its folder.
 * @throws {Failure} usage: there is no such lesson
 */
export async function findDemo(wanted: string): Promise<Lesson | OwnDemo> {
	if (!/[/\\]|^\.+$/.test(wanted)) return findLesson(wanted);
	const folder = resolve(wanted);
	const id = printable(basename(folder));
	return { id, title: id, folder };
}

export const isOwn = (demo: Lesson | OwnDemo): demo is OwnDemo => "folder" in demo;

/**
 * Evaluates the demo's file in a machine.
 * @throws {Failure} usage: the file cannot be read, compiled or evaluated, or what it exports is not a demo; the
 * message says where
 */
export async function readOwnDemo({ folder }: OwnDemo, machines: Pick<MachinePool, "play">): Promise<Demo> {
	const file = join(folder, "demo.ts");
	const refused = (what: string, cause?: unknown) =>
		new Failure("usage", `${file} ${what}`, "see Instructors in README.md", { cause });
	const text = await readRegularFile(file, FILE_BYTES_MAX).catch((cause: NodeJS.ErrnoException) => {
		throw refused(`cannot be read: ${cause.code ?? cause.message}`, cause);
	});
	const { code } = await transform(text.toString(), { loader: "ts", format: "cjs", logLevel: "silent" }).catch(
		(cause: { errors?: { text: string; location: { line: number } | null }[] }) => {
			const [first] = cause.errors ?? [];
			throw refused(`cannot be compiled: line ${first?.location?.line ?? "?"}: ${first?.text ?? cause}`, cause);
		},
	);
	const value = await exportOf(code, machines).catch((cause: Error) => {
		throw refused(`cannot be evaluated: ${printable(cause.message)}`, cause);
	});
	const parsed = v.safeParse(Script, value);
	// The schema's type says that `note` and `views` may be undefined. JSON has no undefined: they can only be missing.
	if (parsed.success) return parsed.output as Demo;
	const [issue] = parsed.issues;
	throw refused(`is not a demo: ${v.getDotPath(issue) ?? "its default export"}: ${printable(issue.message)}`);
}

// The default export of a CommonJS module, which a machine evaluates. The export is printed, because a call's result
// must be short. The mark separates the export from what the module itself prints.
async function exportOf(module: string, machines: Pick<MachinePool, "play">): Promise<unknown> {
	const mark = randomBytes(16).toString("hex");
	const code = `const own = { exports: {} };
		exports.run = () => {
			((module, exports) => {${module}\n})(own, own.exports);
			require("node:fs").writeSync(1, "${mark}" + JSON.stringify(own.exports.default ?? null));
		};`;
	const { outcome, output } = await machines.play({
		...{ prepare: [], code, readings: {} },
		calls: { [CALL]: { export: "run", args: [], token: "none", until: "returns" } },
		steps: [{ do: "call", call: CALL }],
	});
	if (outcome.kind === "lost") throw new Error(`the machine was lost: ${outcome.how}`);
	const ending = outcome.observation.calls[CALL]?.ending;
	if (ending?.how === "threw") throw new Error(ending.thrown.message);
	if (ending?.how !== "returned") throw new Error(`it has ${ending?.how ?? "not run"}`);
	const printed = Buffer.concat(output.stdout).toString();
	return JSON.parse(printed.slice(printed.lastIndexOf(mark) + mark.length));
}
