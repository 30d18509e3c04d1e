import { relative } from "node:path";
import { Chalk, type ChalkInstance } from "chalk";
import { currentLesson } from "../course.ts";
import { EXIT, Failure } from "../failure.ts";
import { BundleError } from "../grade/bundle.ts";
import { BOX, commandAt, DURING } from "../grade/check.ts";
import { type Row, sideBySide } from "../grade/inspection.ts";
import { lostFinding } from "../grade/lost.ts";
import { Page } from "../grade/page.ts";
import { bundleTrial, newTrial, playTrial } from "../grade/trial.ts";
import { findLesson, type Lesson } from "../lessons.ts";
import { printable } from "../printable.ts";
import { silent, visible } from "../progress.ts";
import type { Ending, Observation } from "../protocol.ts";
import { Shipyard } from "../vm/shipyard.ts";
import { onlyOne, type Subject, subjectOf } from "./subject.ts";
import { printJson, style } from "./terminal.ts";

/** What is inspected: whose module, and what was done with it. */
interface Header {
	lesson: Lesson;
	file: string;
	did: string;
}

/**
 * `drydock inspect`: what the kernel shows of the host and of the container while a lesson's scenario is played.
 * @returns the exit code: 1 when the command never ran
 */
export async function inspect(id: string | undefined, options: Subject & { json?: boolean }): Promise<number> {
	onlyOne(options, "inspect");
	const lesson = id === undefined ? await currentLesson() : await findLesson(id);
	const yard = new Shipyard(options.json ? silent : visible);
	yard.prepare();
	try {
		const file = await subjectOf(lesson, options);
		const trial = await newTrial(lesson, file);
		const header = { lesson, file, did: trial.does };
		const { outcome } = await playTrial(trial, await bundleTrial(trial), yard);
		if (outcome.kind === "lost")
			throw new Failure("failed", `${lostFinding(outcome).got}, so there is nothing to see`, checking(lesson));
		const { observation } = outcome;
		if (options.json) printJson(documentOf(header, trial.drawn, observation));
		else process.stdout.write(pageOf(header, observation));
		return commandAt(observation, DURING) === null ? EXIT.notPassed : EXIT.passed;
	} catch (cause) {
		if (!(cause instanceof BundleError)) throw cause;
		const { file, line, message } = cause.diagnostic;
		throw new Failure("usage", `${relative(".", file)}:${line} cannot be used: ${message}`, checking(lesson), {
			cause,
		});
	} finally {
		await yard.close();
	}
}

const checking = ({ id }: Lesson) => `npx drydock check ${id}`;

function documentOf({ lesson, file, did }: Header, drawn: Record<string, string>, observation: Observation) {
	const { host = null, commands = {} } = observation.moments[DURING] ?? {};
	const ending = observation.containers[BOX]?.ending ?? null;
	return { schemaVersion: 1, lesson: lesson.id, file, did, drawn, ending, host, container: commands[BOX] ?? null };
}

function pageOf({ lesson, file, did }: Header, observation: Observation): string {
	const { color, width } = style();
	const chalk = new Chalk({ level: color ? 1 : 0 });
	const page = new Page({ color, width }, chalk);
	const host = observation.moments[DURING]?.host;
	const container = commandAt(observation, DURING);
	page.line(chalk.bold(`${lesson.title} — as the kernel shows it`));
	page.line();
	page.labelled("file", relative(".", file));
	page.labelled("did", did);
	if (host === undefined || container === null) {
		page.line();
		page.paragraph(`The command never ran. ${endOf(observation.containers[BOX]?.ending)}`);
		page.line(`  try: ${checking(lesson)}`);
		return page.text();
	}
	page.labelled("when", "while the command waits (←)");
	for (const { title, rows } of sideBySide(host, container)) {
		page.line();
		page.row(chalk.bold(title), [chalk.dim("host")], [chalk.dim("container")]);
		for (const row of rows) show(page, chalk, row);
	}
	return page.text();
}

function show(page: Page, chalk: ChalkInstance, { label, host, container }: Row): void {
	const lines = (texts: string[]) => texts.map(printable);
	if (host === null) page.row(`  ${label}`, [chalk.dim("—")], lines(container ?? []));
	else if (container === null) page.row(`  ${label}`, lines(host), [chalk.dim("the same")]);
	else
		page.row(
			chalk.yellow(`≠ ${printable(label)}`),
			lines(host),
			lines(container).map((line) => chalk.yellow(line)),
		);
}

function endOf(ending: Ending | undefined): string {
	if (ending?.how === "threw") return `${ending.thrown.name}: ${printable(ending.thrown.message)}`;
	return ending?.how === "hung" ? "Nothing came to an end." : "";
}
