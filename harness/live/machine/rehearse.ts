import type { Demo as Script } from "../../judge/demo.ts";
import type { DemoEvent } from "../events.ts";
import { DemoInMachine } from "./demo-in-machine.ts";
import type { LoadedDemo, OpenMachine } from "./loaded-demo.ts";

/** What a rehearsal has found. */
export interface Rehearsal {
	lesson: string;
	title: string;
	/** Whether each step has kept its promises and there is no problem. */
	holds: boolean;
	steps: RehearsedStep[];
	/** How long the machine took each time to go back; `keptMs`: how long it took to keep a moment. */
	backMs: number[];
	keptMs: number[];
	/** What went wrong, other than promises. */
	problems: string[];
}

interface RehearsedStep {
	step: number;
	command: string;
	promises: { pattern: string; kept: boolean }[];
	output: string;
	tookMs: number;
}

/** A step has not ended, and the next one would wait for it for ever. */
const UNENDED = new Error("a step does not end");

/**
 * Plays a demo to its end. Then goes back to its middle and to its beginning, and plays one step from each. The steps
 * must keep their promises each time. After going back, the terminals must show what they showed before that step.
 * @param stepTimeoutMs how long one step may take
 */
export async function rehearse(
	loaded: LoadedDemo,
	openMachine: OpenMachine,
	stepTimeoutMs: number,
): Promise<Rehearsal> {
	const events: DemoEvent[] = [];
	const demo = await DemoInMachine.open(loaded, openMachine, (event) => void events.push(event));
	demo.slowly = false;
	const { steps } = loaded.script;
	const problems: string[] = [];
	const played: RehearsedStep[] = [];
	const play = async (step: number) => {
		const startedMs = performance.now();
		const from = events.length;
		// While a command runs, another call of next() leaves it running and ends the wait for it.
		const timer = setTimeout(() => void demo.next(), stepTimeoutMs);
		await demo.next();
		clearTimeout(timer);
		const tookMs = Math.round(performance.now() - startedMs);
		const answer = events.slice(from).find((event) => event.type === "answer");
		const [promises, output] = answer?.type === "answer" ? [answer.promises, answer.output] : [[], ""];
		played.push({ step, command: steps[step - 1]?.command ?? "", promises, output, tookMs });
		if (answer !== undefined || lostMachines(events.slice(from)).length > 0) return;
		problems.push(`step ${step} did not end`);
		throw UNENDED;
	};
	try {
		for (let step = 1; step <= steps.length; step++) {
			if (step > 1) await demo.next();
			await play(step);
		}
		const middle = Math.max(1, Math.ceil(steps.length / 2));
		for (const step of [middle, 1]) {
			const before = screensAt(events, step);
			await demo.jump(step);
			if (demo.step !== step) problems.push(`the demo went back to step ${demo.step}, not to step ${step}`);
			if (before !== screensAt(events, step))
				problems.push(`after going back to step ${step}, the terminals do not show the same as before`);
			await play(step);
		}
	} catch (error) {
		if (error !== UNENDED) throw error;
	} finally {
		problems.push(...lostMachines(events));
		await demo.close();
	}
	const { lesson, script } = loaded;
	const kept =
		played.every(({ promises }) => promises.every((promise) => promise.kept)) && allPromisesChecked(script, played);
	const times = (type: "back" | "kept") =>
		events.flatMap((event) => (event.type === type ? [Math.round(event.tookMs)] : []));
	const holds = kept && problems.length === 0;
	return { lesson, title: script.title, holds, steps: played, backMs: times("back"), keptMs: times("kept"), problems };
}

// Whether every promise of every step was looked for.
const allPromisesChecked = ({ steps }: Script, played: RehearsedStep[]) =>
	steps.every(({ promises }, index) => played[index]?.promises.length === promises.length);

const lostMachines = (events: DemoEvent[]) =>
	events.flatMap((event) =>
		event.type === "down" ? [`the machine was lost in step ${event.step}: ${event.how}`] : [],
	);

/**
 * The output of both terminals when the moment before this step was last kept or gone back to; empty if it never was.
 */
function screensAt(events: DemoEvent[], step: number): string {
	const screens = { host: "", container: "" };
	let at = "";
	for (const event of events) {
		if (event.type === "output") screens[event.shell] += event.data;
		if (event.type === "screen") screens[event.shell] = event.data;
		if ((event.type === "kept" || event.type === "back") && event.step === step) at = JSON.stringify(screens);
	}
	return at;
}
