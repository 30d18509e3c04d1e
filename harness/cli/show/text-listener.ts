import { Chalk } from "chalk";
import wrapAnsi from "wrap-ansi";
import { printable } from "../../base/printable.ts";
import type { DemoEvent } from "../../live/events.ts";
import { answersOf } from "../../live/views/answers.ts";
import type { Moment } from "../../live/views/past.ts";
import { outputStyle } from "../text/terminal.ts";
import { processLines } from "./process-lines.ts";

/** Maximum number of lines about a step's processes. */
const ROWS_MAX = 12;

type DemoHeader = Extract<DemoEvent, { type: "demo" }>;

/** Returns a listener that prints a demo's events as text, one after the other: for a pipe, or for a screen reader. */
export function textListener(): (event: DemoEvent) => void {
	const { color, width } = outputStyle();
	const chalk = new Chalk({ level: color ? 1 : 0 });
	const say = (text: string) => void process.stdout.write(`${wrapAnsi(printable(text), width)}\n`);
	let header: DemoHeader | null = null;
	/** What the kernel showed at the moments of the step. The first one is from when the step began. */
	let seen: Moment[] = [];
	const printFacts = () => {
		if (header?.views?.[0] === "processes") {
			const { change, rows } = processLines(seen, width, ROWS_MAX);
			process.stdout.write(rows.map((row) => `${row}\n`).join(""));
			for (const line of change) say(line);
			return;
		}
		const { answers } = answersOf([...seen.slice(0, 1), ...seen.slice(-1)]);
		const changed = answers.filter((answer) => answer.changed.length > 0);
		for (const { question, host, container } of changed)
			say(`${question}: on the host ${host}; in the container ${container}`);
	};
	const printStep = ({ step, phase }: Extract<DemoEvent, { type: "step" }>) => {
		const { narration = "", stage = "host", command = "", look = "" } = header?.steps[step - 1] ?? {};
		if (phase === "told") {
			seen = seen.slice(-1);
			process.stdout.write(`\n${chalk.bold(`${step}.`)} `);
			say(narration);
		}
		if (phase === "running") process.stdout.write(`\n${stage}# ${printable(command)}\n`);
		if (phase !== "done") return;
		printFacts();
		say(`\nlook: ${look}`);
	};
	return (event) => {
		if (event.type === "demo") {
			header = event;
			say(`${event.title} (${event.steps.length} steps, ${event.minutes} minutes)`);
		}
		if (event.type === "view") seen = [...seen, event];
		if (event.type === "step") printStep(event);
		if (event.type === "answer") process.stdout.write(event.output.split("\n").map(printable).join("\n"));
		if (event.type === "down")
			say(`This step took the machine down (${event.how}). It is put back to the beginning of the step.`);
	};
}
