import { relative } from "node:path";
import { Chalk, type ChalkInstance } from "chalk";
import { EXIT, Failure } from "../../base/failure.ts";
import { printable } from "../../base/printable.ts";
import { silentProgress, visibleProgress } from "../../base/progress.ts";
import { TextLayout } from "../../base/text-layout.ts";
import { BundleError } from "../../engine/bundle.ts";
import { commandAt, primaryOf } from "../../judge/check.ts";
import { lostFinding } from "../../judge/failed-run.ts";
import { findLesson, type Lesson } from "../../judge/lessons.ts";
import { bundleModuleRun, type ModuleRun, playModuleRun, prepareModuleRun } from "../../judge/module-run.ts";
import { currentLesson } from "../../learner/course.ts";
import { chosenModule, type ModuleChoice } from "../../learner/module-choice.ts";
import type { Ending, Observation } from "../../protocol/index.ts";
import { compareWithHost } from "../../readings/inspection.ts";
import type { Row } from "../../readings/subject.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import { outputStyle, printJson } from "../text/terminal.ts";
import { requireOneModule } from "./one-module.ts";

/** What is inspected. */
interface Inspected {
	lesson: Lesson;
	file: string;
	/** What the run did with the module, in words. */
	did: string;
	/** The container whose state is printed. */
	shown: Container;
	/** The scenario's other calls that have a command. */
	others: Container[];
}
/** A call of the scenario that has a command: it runs a container, or enters one. */
interface Container {
	name: string;
	/** What distinguishes the call from the scenario's other calls. */
	about: string;
	/** The lesson is about this call. */
	isPrimary: boolean;
}

type Options = ModuleChoice & { container?: string; json?: boolean };

/**
 * `drydock inspect`: prints what the kernel shows of the host and of the container while a lesson's scenario is
 * played.
 * @returns the exit code: 1 if the container's command was not seen
 */
export async function inspect(id: string | undefined, options: Options): Promise<number> {
	requireOneModule(options, "inspect");
	const lesson = id === undefined ? await currentLesson() : await findLesson(id);
	const file = await chosenModule(lesson, options);
	const machines = new MachinePool(options.json ? silentProgress : visibleProgress);
	machines.prepare();
	try {
		const run = await prepareModuleRun(lesson, file);
		const inspected = { lesson, file, did: run.does, ...containersOf(run, lesson, options.container) };
		const { outcome } = await playModuleRun(run, await bundleModuleRun(run), machines);
		if (outcome.kind === "lost")
			throw new Failure("failed", `${lostFinding(outcome).got}, so there is nothing to show`, checkCommand(lesson));
		const { observation } = outcome;
		if (options.json) printJson(documentOf(inspected, run.drawn, observation));
		else process.stdout.write(reportOf(inspected, observation));
		return stateOf(observation, inspected.shown).container === null ? EXIT.notPassed : EXIT.passed;
	} catch (cause) {
		if (!(cause instanceof BundleError)) throw cause;
		const { file, line, message } = cause.diagnostic;
		throw new Failure("usage", `${relative(".", file)}:${line} cannot be used: ${message}`, checkCommand(lesson), {
			cause,
		});
	} finally {
		await machines.close();
	}
}

const checkCommand = ({ id }: Lesson) => `npx drydock check ${id}`;

function containersOf(
	{ check, drawn }: ModuleRun,
	lesson: Lesson,
	wanted?: string,
): Pick<Inspected, "shown" | "others"> {
	const primary = primaryOf(check).call;
	const all = Object.entries(check.scenario(drawn).calls)
		.filter(([, { command }]) => command !== "none")
		.map(([name, { about = "the one that the lesson is about" }]) => ({
			...{ name, about },
			isPrimary: name === primary,
		}));
	const shown = all.find(({ name, isPrimary }) => (wanted === undefined ? isPrimary : name === wanted));
	if (shown !== undefined) return { shown, others: all.filter((other) => other !== shown) };
	const names = all.map(({ name }) => name).join(", ");
	throw new Failure(
		"usage",
		`no container of ${lesson.id} is called ${wanted}; there are: ${names}`,
		`npx drydock inspect ${lesson.id} --container ${all.at(-1)?.name}`,
	);
}

// What the kernel showed at the first moment when drydock found the container's command running. If it never did,
// `container` is null, and `host` is of the first moment. `host` is null if there was no moment.
function stateOf(observation: Observation, { name }: Container) {
	const moments = Object.keys(observation.moments);
	const moment = moments.find((one) => commandAt(observation, one, name) !== null);
	const { host = null } = observation.moments[moment ?? moments[0] ?? ""] ?? {};
	return { host, container: moment === undefined ? null : commandAt(observation, moment, name) };
}

function documentOf(inspected: Inspected, drawn: Record<string, string>, observation: Observation) {
	const { lesson, file, did, shown } = inspected;
	const ending = observation.calls[shown.name]?.ending ?? null;
	return {
		schemaVersion: 1,
		lesson: lesson.id,
		file,
		did,
		name: shown.name,
		drawn,
		ending,
		...stateOf(observation, shown),
	};
}

function reportOf({ lesson, file, did, shown, others }: Inspected, observation: Observation): string {
	const { color, plain = false, width } = outputStyle();
	const chalk = new Chalk({ level: color ? 1 : 0 });
	const layout = new TextLayout({ color, plain, width }, chalk);
	const { host, container } = stateOf(observation, shown);
	layout.line(chalk.bold(`${lesson.title} — as the kernel shows it`));
	layout.line();
	layout.labelled("file", relative(".", file));
	layout.labelled("did", did);
	if (others.length > 0) {
		layout.labelled("shown", `${shown.name}: ${shown.about}`);
		layout.labelled("", `with --container NAME: ${others.map(({ name }) => name).join(", ")}`);
	}
	if (host === null || container === null) {
		layout.line();
		const why = shown.isPrimary
			? "The command never ran."
			: "Its command was not running when drydock read the kernel.";
		layout.paragraph(`${why} ${endingText(observation.calls[shown.name]?.ending)}`);
		layout.line(`  try: ${checkCommand(lesson)}`);
		return layout.text();
	}
	layout.labelled("when", "while the command waits (←)");
	for (const { title, rows } of compareWithHost(host, container)) {
		layout.line();
		if (plain) layout.line(title);
		else layout.row(chalk.bold(title), [chalk.dim("host")], [chalk.dim("container")]);
		for (const row of rows) plain ? showPlain(layout, row) : show(layout, chalk, row);
	}
	return layout.text();
}

function show(layout: TextLayout, chalk: ChalkInstance, { label, host, container }: Row): void {
	const lines = (texts: string[]) => texts.map(printable);
	if (host === null) layout.row(`  ${label}`, [chalk.dim("—")], lines(container ?? []));
	else if (container === null) layout.row(`  ${label}`, lines(host), [chalk.dim("the same")]);
	else
		layout.row(
			chalk.yellow(`≠ ${printable(label)}`),
			lines(host),
			lines(container).map((line) => chalk.yellow(line)),
		);
}

// The container's lines below the host's.
function showPlain(layout: TextLayout, { label, host, container }: Row): void {
	const [isOnlyInContainer, isSame] = [host === null, container === null];
	layout.line(`  ${printable(label)}${isOnlyInContainer || isSame ? "" : ": different"}`);
	for (const text of host ?? []) layout.item(`host: ${printable(text)}`, 4);
	for (const text of container ?? ["the same"]) layout.item(`container: ${printable(text)}`, 4);
}

function endingText(ending: Ending | undefined): string {
	if (ending?.how === "threw") return `${ending.thrown.name}: ${printable(ending.thrown.message)}`;
	return ending?.how === "hung" ? "The run did not end by itself." : "";
}
