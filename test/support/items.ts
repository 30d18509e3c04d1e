import { cp, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { exists } from "../../harness/base/cache.ts";
import { inKit, readText } from "../../harness/base/kit.ts";
import { submissionsOf } from "../../harness/dev/submissions.ts";
import type { Verdict } from "../../harness/judge/judge.ts";
import { findLesson, lessons, loadCheck, readLesson, solutionOf } from "../../harness/judge/lessons.ts";
import { finishSteps, tracks } from "../../harness/learner/tracks.ts";
import { commandKeys, demoKeys, finishKeys, programKeys, reportKeys, textsOf, verdictKeys } from "./evidence.ts";
import { mutantsOf } from "./mutants.ts";
import { submissionFile } from "./submissions.ts";
import type { Temporary } from "./temporary.ts";

/**
 * Something whose result is known: a submission, a mutant, a hostile program, a demo, the examples of a text, a track's
 * finish, or a whole test file.
 */
export interface Item {
	/** The lesson's id; `TEST_FILES` for a whole test file. */
	lesson: string;
	/** Such as `wrong/no-ipc`. It is unique in its lesson. */
	name: string;
	/** From `recordKey`; for a whole test file, from `testFileKey`. */
	key: string;
	/** What the result may be. A result also fits if more words follow, except where `exactly` says so. */
	expected: readonly string[];
	exactly?: boolean;
}

/** An item that is a module, to be judged in place of the lesson's solution. */
export interface ModuleItem extends Item {
	/** From `programKeys`. Without it, the module is always bundled again. */
	programKey?: string;
	/** Returns a file with the module. @param files where the file is written if there is none */
	file(files: Temporary): Promise<string>;
}

/** A hostile program, and what must be true of the verdict besides its diagnosis. */
export interface HostileItem extends ModuleItem {
	/** The program's folder in `test/hostile`, such as `forgeries`. */
	kind: string;
	/** A text that the first finding must show; undefined if any text will do. */
	says: string | undefined;
	/** Whether the program prints characters that must not reach the terminal. */
	printsControlCharacters: boolean;
}

/** Whether a result is one that the item may have. */
export function fits({ expected, exactly = false }: Item, result: string): boolean {
	return expected.some((one) => result === one || (!exactly && result.startsWith(`${one} `)));
}

/** A verdict as a record has it: `pass`, or the verdict with the first finding's diagnosis and its misconception. */
export function resultOf({ verdict, findings: [first] }: Verdict): string {
	return first === undefined ? verdict : `${verdict} ${first.diagnosis} ${first.misconception ?? "-"}`;
}

/** A lesson's right and wrong submissions. */
export async function submissionItems(lesson: string): Promise<ModuleItem[]> {
	const keysOf = await moduleKeys(lesson);
	const kinds = (["right", "wrong"] as const).map(async (kind) =>
		Promise.all(
			(await submissionsOf(lesson, kind)).map(async (submission) => ({
				lesson,
				name: `${kind}/${submission.name}`,
				...(await keysOf(submission.text, inKit(submission.path))),
				expected: [kind === "right" ? "pass" : `fail ${submission.diagnosis} ${submission.misconception ?? "-"}`],
				exactly: true,
				file: (files: Temporary) => submissionFile(submission, files),
			})),
		),
	);
	return (await Promise.all(kinds)).flat();
}

// Returns a function that makes the keys of a module, of its record and of its program, from its text and its path.
async function moduleKeys(lesson: string) {
	const [recordKeyOf, programKeyOf] = await Promise.all([verdictKeys(lesson), programKeys(lesson)]);
	return async (text: string, path: string) => {
		const texts = await textsOf(text, path);
		return { key: recordKeyOf(texts), programKey: programKeyOf(texts) };
	};
}

/**
 * The mutants of a lesson's solution. Each must fail, except those for which test/mutants gives a `reason` why they are
 * as good as the solution.
 */
export async function mutantItems(lesson: string): Promise<(ModuleItem & { reason: string | undefined })[]> {
	const keysOf = await moduleKeys(lesson);
	const { module } = await loadCheck(await findLesson(lesson));
	const mutants = await mutantsOf(await readFile(inKit("solutions", lesson, module), "utf8"));
	const harmless = await harmlessMutants(lesson);
	return Promise.all(
		mutants.map(async ({ description, code }, index) => ({
			lesson,
			name: `mutant/${description}`,
			...(await keysOf(code, inKit("solutions", lesson, module))),
			expected: mutantResults(harmless[description]),
			reason: harmless[description],
			file: async (files: Temporary) => {
				// The module may import the files beside it.
				await cp(inKit("solutions", lesson), join(files.dir, `${lesson}-${index}`), { recursive: true });
				return files.write(`${lesson}-${index}/${module}`, code);
			},
		})),
	);
}

const DEPENDS_ON_TIMING = "depends on timing";

// What a mutant's result may be. @param reason why it does no harm; undefined if it does
function mutantResults(reason: string | undefined): string[] {
	if (reason === undefined) return ["fail"];
	return reason.startsWith(DEPENDS_ON_TIMING) ? ["pass", "fail"] : ["pass"];
}

/**
 * Descriptions of the mutants that pass, each with the reason why it is as good as the solution. A mutant whose reason
 * begins with {@link DEPENDS_ON_TIMING} may also fail.
 */
export async function harmlessMutants(lesson: string): Promise<Record<string, string>> {
	const path = inKit("test/mutants", `${lesson}.json`);
	return (await exists(path)) ? (JSON.parse(await readFile(path, "utf8")) as Record<string, string>) : {};
}

/** The hostile programs that are judged as answers to a lesson. */
export async function hostileItems(lesson: string): Promise<HostileItem[]> {
	const programs = (await hostilePrograms()).filter((program) => program.lesson === lesson);
	const keyOf = await verdictKeys(lesson);
	return Promise.all(
		programs.map(async ({ kind, file, text, head }) => {
			const diagnoses = head("diagnosis")?.split(" ") ?? [];
			const verdicts = head("verdict")?.split(" ") ?? [diagnoses[0] === "none" ? "pass" : "fail"];
			return {
				lesson,
				name: `hostile/${kind}/${basename(file, ".ts")}`,
				key: keyOf(await textsOf(text, file)),
				expected: verdicts.flatMap((verdict) =>
					diagnoses.map((diagnosis) => (diagnosis === "none" ? verdict : `${verdict} ${diagnosis}`)),
				),
				kind,
				says: head("says"),
				printsControlCharacters: head("harmless") !== undefined,
				file: async () => file,
			};
		}),
	);
}

/** A lesson's demo. */
export async function demoItem(lesson: string): Promise<Item> {
	return { lesson, name: "demo", key: (await demoKeys(lesson))([]), expected: ["holds"], exactly: true };
}

/** The commands and the reports that a lesson's text shows. */
export async function exampleItems(lesson: string): Promise<{ commands: Item; reports: Item }> {
	const found = await findLesson(lesson);
	const [text, solution] = [await readLesson(found), await readText(await solutionOf(found))];
	const item = { lesson, expected: ["shown"], exactly: true };
	return {
		commands: { ...item, name: "text/commands", key: (await commandKeys(lesson))([text, solution]) },
		reports: { ...item, name: "text/reports", key: (await reportKeys(lesson))([text]) },
	};
}

/**
 * A track's finish, played with a right engine and with wrong ones.
 * @param lesson the track's last lesson
 * @returns the items, with the track's number; null for other lessons, and for tracks without a finish
 */
export async function finishItems(lesson: string): Promise<{ number: number; right: Item; wrong: Item } | null> {
	const track = (await tracks()).find(({ hasFinish, lessons }) => hasFinish && lessons.at(-1)?.id === lesson);
	if (track === undefined) return null;
	const key = (await finishKeys(lesson))([await readText(finishSteps(track.number))]);
	return {
		number: track.number,
		right: { lesson, name: "finish/right", key, expected: ["passes"], exactly: true },
		wrong: { lesson, name: "finish/wrong", key, expected: ["fails"], exactly: true },
	};
}

/** The items of all lessons, by the lesson's id. */
export async function allItems(): Promise<Map<string, Item[]>> {
	return new Map(await Promise.all((await lessons()).map(async ({ id }) => [id, await itemsOf(id)] as const)));
}

/** All items of one lesson. */
export async function itemsOf(lesson: string): Promise<Item[]> {
	const { commands, reports } = await exampleItems(lesson);
	const finish = await finishItems(lesson);
	return [
		...(await submissionItems(lesson)),
		...(await mutantItems(lesson)),
		...(await hostileItems(lesson)),
		...[await demoItem(lesson), commands, reports],
		...(finish === null ? [] : [finish.right, finish.wrong]),
	];
}

async function hostilePrograms() {
	const ids = (await lessons()).map(({ id }) => id);
	const entries = await readdir(inKit("test/hostile"), { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile() && entry.parentPath !== inKit("test/hostile"));
	const programs = files.map(async ({ parentPath, name }) => {
		const file = join(parentPath, name);
		const text = await readFile(file, "utf8");
		const head = (key: string) => new RegExp(`^// ${key}: (.+)$`, "m").exec(text)?.[1];
		const number = head("lesson") ?? "02";
		const lesson = ids.find((id) => id.startsWith(`${number}-`));
		if (lesson === undefined) throw new Error(`${file} names lesson ${number}, which does not exist`);
		return { lesson, kind: basename(parentPath), file, text, head };
	});
	return (await Promise.all(programs)).sort((one, other) => (one.file < other.file ? -1 : 1));
}
