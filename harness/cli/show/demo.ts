import { Chalk } from "chalk";
import { EXIT } from "../../base/failure.ts";
import { silentProgress, visibleProgress } from "../../base/progress.ts";
import { type Lesson, lessons, loadDemo } from "../../judge/lessons.ts";
import type { DemoListener, DemoPlayer } from "../../live/demo-player.ts";
import type { DemoEvent } from "../../live/events.ts";
import { DemoInMachine } from "../../live/machine/demo-in-machine.ts";
import { loadAnyForStage, type OpenMachine } from "../../live/machine/loaded-demo.ts";
import { findDemo, type OwnDemo } from "../../live/machine/own-demo.ts";
import { playToEnd } from "../../live/machine/play-to-end.ts";
import { Playback } from "../../live/recording/playback.ts";
import { lineOf, readRecording } from "../../live/recording/recording.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import { outputStyle, printJson } from "../text/terminal.ts";
import { Presenter } from "./presenter.ts";
import { textListener } from "./text-listener.ts";

/** The size of both shells' terminals if the demo is not presented on a terminal. */
const SIZE = { columns: 80, rows: 24 };

/**
 * `drydock demo`: lists the demos, or presents one on the terminal. Without a terminal, with --plain or with --json,
 * it plays the demo to its end and prints what happens.
 * @param from path of a recording to show; if not given, the demo is played in a machine
 * @returns the exit code: 1 if a demo that was played to its end in a machine did not keep a promise, or if its
 * machine went down
 */
export async function demo(
	id: string | undefined,
	{ from, json = false }: { from?: string; json?: boolean },
): Promise<number> {
	if (id === undefined && from === undefined) return listDemos(json);
	const lesson = id === undefined ? null : await findDemo(id);
	const events = from === undefined ? null : await readRecording(from, "demo", lesson?.id);
	const interactive = !json && !outputStyle().plain && process.stdin.isTTY && process.stdout.isTTY;
	if (interactive) return present(lesson, events);
	const listener = json ? (event: DemoEvent) => void process.stdout.write(lineOf(event)) : textListener();
	if (events !== null) return replayAll(events, listener);
	const isKept = await playToEnd(lesson as Lesson | OwnDemo, listener, SIZE, json ? silentProgress : visibleProgress);
	return isKept ? EXIT.passed : EXIT.notPassed;
}

async function listDemos(json: boolean): Promise<number> {
	const all = await Promise.all(
		(await lessons()).map(async (lesson) => {
			const { title, minutes, steps } = await loadDemo(lesson);
			return { lesson: lesson.id, title, minutes, steps: steps.length };
		}),
	);
	if (json) {
		printJson({ schemaVersion: 1, demos: all });
		return EXIT.passed;
	}
	const { color } = outputStyle();
	const chalk = new Chalk({ level: color ? 1 : 0 });
	const ids = Math.max(...all.map(({ lesson }) => lesson.length));
	const lines = all.map(
		({ lesson, title, minutes }) => `${chalk.bold(lesson.padEnd(ids))}  ${String(minutes).padStart(2)} min  ${title}\n`,
	);
	process.stdout.write(`${lines.join("")}\nshow one   npx drydock demo 02\n`);
	return EXIT.passed;
}

async function present(lesson: Lesson | OwnDemo | null, events: readonly DemoEvent[] | null): Promise<number> {
	const machines = new MachinePool(visibleProgress);
	const presenter = new Presenter(outputStyle().color);
	try {
		// Making the image takes minutes and prints its progress. So it comes before the pages cover the screen.
		if (events === null) await machines.makeReady();
		await presenter.present(async (): Promise<DemoPlayer> => {
			if (events !== null) return Playback.open(events, presenter.onEvent);
			presenter.say("Bundling box for the machine …");
			const loaded = await loadAnyForStage(lesson as Lesson | OwnDemo, presenter.shellSize, machines);
			presenter.say("Restoring a machine from its snapshot …");
			const openMachine: OpenMachine = async (...request) => {
				const machine = await machines.beginStage(...request);
				presenter.say("Waiting for the prompts of both shells …");
				return machine;
			};
			return DemoInMachine.open(loaded, openMachine, presenter.onEvent);
		});
		return EXIT.passed;
	} finally {
		await machines.close();
	}
}

async function replayAll(events: readonly DemoEvent[], listener: DemoListener): Promise<number> {
	for (const event of events) await listener(event);
	return EXIT.passed;
}
