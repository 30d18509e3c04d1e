import { exists } from "../base/cache.ts";
import { Failure } from "../base/failure.ts";
import { inKit, readText } from "../base/kit.ts";
import { silentProgress } from "../base/progress.ts";
import type { Check, Explanation } from "../judge/check.ts";
import type { Demo } from "../judge/demo.ts";
import { type JudgeOptions, judge, measuredReference, type Verdict } from "../judge/judge.ts";
import { type Lesson, loadCheck, loadDemo } from "../judge/lessons.ts";
import type { MachinePool } from "../judge/module-run.ts";
import type { Reference } from "../judge/reference.ts";
import { citedPage, manualPages } from "../vm/image/manual.ts";
import { proveDemo } from "./demo-proof.ts";
import { pagesIn } from "./manual-pages.ts";
import { provePoints } from "./points-proof.ts";
import { type Proof, proof } from "./proof.ts";
import { submissionsOf } from "./submissions.ts";
import { linksIn, proseOf, proveForm, proveHints, proveTodos } from "./text-proofs.ts";

/** Diagnoses that no skeleton may have: a skeleton has to run, and to be wrong in what the lesson is about. */
const UNSUITABLE_DIAGNOSES = new Set([
	"exception",
	"syntax-error",
	"missing-export",
	"unresolved-import",
	"never-ends",
	"silent",
]);

/**
 * Proves that a lesson is complete. If a part of the lesson is missing or cannot be loaded, a proof does not hold.
 * @param options for judging the skeleton and the solution
 * @throws {Failure} unsupported: this computer cannot run virtual machines
 */
export async function proveLesson(lesson: Lesson, machines: MachinePool, options: JudgeOptions = {}): Promise<Proof[]> {
	const { id } = lesson;
	const [readme, hints] = [await text("lessons", id, "README.md"), await text("lessons", id, "hints.md")];
	const demo = (await exists(inKit("lessons", id, "demo.ts"))) ? await resultOrError(() => loadDemo(lesson)) : null;
	const proofs = [
		...(readme === null ? [missing(id, "README.md")] : [proveForm(readme, id), ...(await proveLinks(readme, id))]),
		hints === null ? missing(id, "hints.md") : proveHints(hints),
		demo === null
			? missing(id, "demo.ts")
			: demo instanceof Error
				? proof("demo.ts can be loaded", [demo.message])
				: proveDemo(demo),
	];
	if (!(await exists(inKit("lessons", id, "check.ts")))) return [...proofs, missing(id, "check.ts")];
	const check = await resultOrError(() => loadCheck(lesson));
	if (check instanceof Error) return [...proofs, proof("check.ts can be loaded", [check.message])];
	const skeleton = await text("lessons", id, check.module);
	return [
		...proofs,
		...(skeleton === null ? [missing(id, check.module)] : proveTodos(readme ?? "", skeleton, id)),
		await proveManual([readme ?? "", hints ?? ""].map(proseOf), check, demo instanceof Error ? null : demo),
		await proveMisconceptions(id, check),
		...provePoints(check),
		...(await proveSkeleton(lesson, check, machines, options)),
		...(await proveSolution(lesson, check, machines, options)),
	];
}

const missing = (id: string, name: string) => proof(`${name} exists`, [`write lessons/${id}/${name}`]);

async function proveLinks(readme: string, id: string): Promise<Proof[]> {
	const { files, missing } = linksIn(readme);
	const exist = await Promise.all(files.map((file) => exists(inKit("lessons", id, decodeURIComponent(file)))));
	const dangling = files.filter((_, index) => !exist[index]);
	return [
		proof(
			"the links in README.md have targets",
			[...dangling, ...missing].map((target) => `${target} does not exist`),
		),
	];
}

async function proveManual(texts: readonly string[], check: Check, demo: Demo | null): Promise<Proof> {
	const allTexts = [
		...texts,
		...explanations(check).flatMap(({ why, try: advice, see }) => [typeof why === "string" ? why : "", advice, ...see]),
		...(demo?.steps ?? []).flatMap(({ narration, look, note = "" }) => [narration, look, note]),
	];
	const pages = new Set((await manualPages(silentProgress)).map(citedPage));
	const unknown = [...new Set(allTexts.flatMap(pagesIn))].filter((page) => !pages.has(page));
	return proof(
		"the named manual pages exist",
		unknown.map(
			(page) =>
				`${page} is not in the image, so drydock man cannot open it: see PACKAGES in harness/vm/image/image-base.ts`,
		),
	);
}

async function proveMisconceptions(id: string, check: Check): Promise<Proof> {
	const wrong = await resultOrError(() => submissionsOf(id, "wrong"));
	if (wrong instanceof Error) return proof("every wrong submission can be read", [wrong.message]);
	const shown = new Set(wrong.map(({ misconception }) => misconception));
	const tags = new Set(explanations(check).flatMap(({ misconception }) => misconception ?? []));
	const without = [...tags].filter((tag) => !shown.has(tag));
	return proof(
		"every misconception that check.ts knows has a wrong submission",
		without.map((tag) => `write one with "// misconception: ${tag}" into test/submissions/${id}/wrong/`),
	);
}

const explanations = (check: Check): Explanation[] => [
	...check.facts.flatMap(({ explain }) => explain),
	...check.exceptions,
];

async function proveSkeleton(
	lesson: Lesson,
	check: Check,
	machines: MachinePool,
	options: JudgeOptions,
): Promise<Proof[]> {
	const verdict = await resultOrError(() =>
		judge(lesson, inKit("lessons", lesson.id, check.module), machines, options),
	);
	const expected = (await text("test/submissions", lesson.id, "skeleton"))?.trim();
	if (verdict instanceof Error) return [proof("the skeleton can be checked", [verdict.message])];
	const diagnosis = verdict.findings[0]?.diagnosis ?? "passed";
	const file = `test/submissions/${lesson.id}/skeleton`;
	const named = expected === undefined ? `${file} does not exist` : `${file} names ${expected}`;
	return [
		proof("the skeleton is well typed", verdict.typeErrors.map(shown)),
		proof("the skeleton is not right yet", verdict.verdict === "fail" ? [] : ["leave something to do in it"]),
		proof(
			"the skeleton fails with the expected diagnosis, and not with a general one",
			diagnosis !== expected || UNSUITABLE_DIAGNOSES.has(diagnosis) ? [`it shows ${diagnosis}, ${named}`] : [],
		),
		proof(
			"the skeleton gets no points",
			verdict.groups.flatMap(({ title, points }) =>
				points === 0 ? [] : [`"${title}" is right without any work: name in its onlyWith a group that takes work`],
			),
		),
	];
}

async function proveSolution(
	lesson: Lesson,
	check: Check,
	machines: MachinePool,
	options: JudgeOptions,
): Promise<Proof[]> {
	const verdict = await resultOrError(() =>
		judge(lesson, inKit("solutions", lesson.id, check.module), machines, options),
	);
	const reference = await resultOrError(() => measuredReference(lesson, check, machines));
	return [
		verdict instanceof Error
			? proof("the solution can be checked", [verdict.message])
			: proof("the solution passes and is well typed", faults(verdict)),
		reference instanceof Error
			? proof("the solution can be measured", [reference.message])
			: proof("the solution leaves nothing behind", leftovers(reference)),
	];
}

const faults = ({ findings, typeErrors }: Verdict) => [
	...findings.map(({ what, diagnosis }) => `${what}: ${diagnosis}`),
	...typeErrors.map(shown),
];

const shown = ({ file, line, message }: Verdict["typeErrors"][number]) => `${file}:${line} ${message}`;

// Looks at all facts about the host, including those for which the lesson's check has no rule.
function leftovers({ facts, observation: { before, after } }: Reference): string[] {
	const atRest = ["unchanged", "[]"];
	const changed = Object.entries(facts)
		.filter(([name]) => name === "left.processes" || /^host\.\w+\.after$/.test(name))
		.filter(([, value]) => !atRest.includes(typeof value === "string" ? value : JSON.stringify(value)))
		.map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(", ") : value}`);
	const network = (["links", "routes", "rules"] as const)
		.filter((part) => JSON.stringify(before.network?.[part]) !== JSON.stringify(after.network?.[part]))
		.map((part) => `the host's ${part} have changed`);
	return [...changed, ...network];
}

// Returns what `load` returns, or the error that it throws. But if this computer cannot run virtual machines, throws
// that error.
async function resultOrError<T>(load: () => Promise<T>): Promise<T | Error> {
	try {
		return await load();
	} catch (error) {
		if (error instanceof Failure && error.kind === "unsupported") throw error;
		return error instanceof Error ? error : new Error(String(error));
	}
}

async function text(...path: [string, ...string[]]): Promise<string | null> {
	const file = inKit(...path);
	return (await exists(file)) ? readText(file) : null;
}
