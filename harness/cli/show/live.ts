import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { renderUnicodeCompact } from "uqr";
import { exists } from "../../base/cache.ts";
import { EXIT } from "../../base/failure.ts";
import { interruption } from "../../base/interrupt.ts";
import { visibleProgress } from "../../base/progress.ts";
import { type Lesson, lessons, readLesson } from "../../judge/lessons.ts";
import { currentLesson } from "../../learner/course.ts";
import { learnersFile } from "../../learner/workspace.ts";
import type { DemoPlayer } from "../../live/demo-player.ts";
import { dispatch } from "../../live/dispatch.ts";
import type { DemoEvent } from "../../live/events.ts";
import { DemoInMachine } from "../../live/machine/demo-in-machine.ts";
import { loadAnyForStage } from "../../live/machine/loaded-demo.ts";
import { findDemo, isOwn, type OwnDemo } from "../../live/machine/own-demo.ts";
import { makePage } from "../../live/page.ts";
import { Playback } from "../../live/recording/playback.ts";
import { readRecording } from "../../live/recording/recording.ts";
import { SaveChecker, uncheckedWork } from "../../live/save-checker.ts";
import { openServer, type Server } from "../../live/server.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import { outputStyle } from "../text/terminal.ts";

/** The terminals' size until a presenter's page says how much room it has. */
const SIZE = { columns: 80, rows: 16 };

/**
 * `drydock live`: presents a demo in a browser, until a presenter's page ends it or the user presses Ctrl-C.
 * @param from path of a recording to show; if not given, the demo is played in a machine
 * @param port 0 for any free port
 * @param share whether others in the same network may follow
 * @returns the exit code
 */
export async function live(
	id: string | undefined,
	{ from, port = 0, share = false }: { from?: string; port?: number; share?: boolean },
): Promise<number> {
	const asked = id === undefined ? undefined : await findDemo(id);
	const events = from === undefined ? null : await readRecording(from, "live", asked?.id);
	const [head] = events ?? [];
	const lesson = asked ?? (head?.type === "demo" ? { id: head.lesson, title: head.title } : await currentLesson());
	const machines = new MachinePool(visibleProgress);
	let player: DemoPlayer | undefined;
	let server: Server | undefined;
	let saveChecker: SaveChecker | undefined;
	try {
		if (events === null) await machines.makeReady();
		const page = await makePage(lesson.id, await textOf(lesson));
		server = await openServer({
			...{ port, share, page, recorded: events !== null },
			dispatch: async (message) => player && dispatch(player, message),
		});
		const { sendEvent } = server.audience;
		const loaded = events === null ? await loadAnyForStage(lesson, SIZE, machines) : null;
		const opening =
			loaded === null
				? Playback.open(events as DemoEvent[], sendEvent)
				: DemoInMachine.open(loaded, machines.beginStage.bind(machines), sendEvent);
		player = await opening;
		saveChecker = await checkSaves(lesson, machines, server);
		printLinks(server);
		await Promise.race([player.failed, server.audience.ended, interrupted()]);
		return EXIT.passed;
	} finally {
		await saveChecker?.close();
		await player?.close();
		await server?.close();
		await machines.close();
	}
}

// The text that the page shows with a demo: of the lesson, or of README.md in the folder of an instructor's own demo.
// It is only the title if there is no such file, or if a recording's lesson is not in this kit.
function textOf(demo: Lesson | OwnDemo): Promise<string> {
	const reading = isOwn(demo) ? readFile(join(demo.folder, "README.md"), "utf8") : readLesson(demo);
	return reading.catch(() => `# ${demo.title}\n`);
}

// Starts to check the learner's module at every save. Returns undefined if the demo belongs to no lesson of this kit, or
// if there is no such module: `drydock live` makes no workspace.
async function checkSaves(
	lesson: Lesson,
	machines: MachinePool,
	{ audience }: Server,
): Promise<SaveChecker | undefined> {
	if (!(await lessons()).some(({ id }) => id === lesson.id)) return undefined;
	const file = await learnersFile(lesson);
	if (!(await exists(file))) return undefined;
	audience.sendWork(uncheckedWork(file));
	return new SaveChecker(lesson, file, machines, audience.sendWork);
}

function printLinks({ link, shared }: Server): void {
	const follow = shared === null ? "" : `\nothers on this network can follow at: ${shared}\n`;
	const code =
		shared === null || !process.stdout.isTTY || outputStyle().plain ? "" : `\n${renderUnicodeCompact(shared)}\n`;
	process.stdout.write(`open this in a browser: ${link}\n${follow}${code}\nCtrl-C ends the demo\n`);
}

const interrupted = () =>
	new Promise<never>((_, reject) => {
		interruption.throwIfAborted();
		interruption.addEventListener("abort", () => reject(interruption.reason), { once: true });
	});
