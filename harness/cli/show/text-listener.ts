import { Chalk } from "chalk";
import wrapAnsi from "wrap-ansi";
import { printable } from "../../base/printable.ts";
import type { DemoEvent } from "../../live/events.ts";
import { answersOf } from "../../live/views/answers.ts";
import type { Moment } from "../../live/views/past.ts";
import { outputStyle } from "../text/terminal.ts";

type DemoHeader = Extract<DemoEvent, { type: "demo" }>;

/** Returns a listener that prints a demo's events as text, one after the other: for a pipe, or for a screen reader. */
export function textListener(): (event: DemoEvent) => void {
	const { color, width } = outputStyle();
	const chalk = new Chalk({ level: color ? 1 : 0 });
	const say = (text: string) => void process.stdout.write(`${wrapAnsi(printable(text), width)}\n`);
	let header: DemoHeader | null = null;
	let seen: Moment | null = null;
	let before: Moment | null = null;
	const printStep = ({ step, phase }: Extract<DemoEvent, { type: "step" }>) => {
		const { narration = "", stage = "host", command = "", look = "" } = header?.steps[step - 1] ?? {};
		if (phase === "told") {
			before = seen;
			process.stdout.write(`\n${chalk.bold(`${step}.`)} `);
			say(narration);
		}
		if (phase === "running") process.stdout.write(`\n${stage}# ${printable(command)}\n`);
		if (phase !== "done") return;
		const { answers } = answersOf([before, seen].filter((one) => one !== null));
		const changed = answers.filter((answer) => answer.changed.length > 0);
		for (const { question, host, container } of changed)
			say(`${question}: on the host ${host}; in the container ${container}`);
		say(`\nlook: ${look}`);
	};
	return (event) => {
		if (event.type === "demo") {
			header = event;
			say(`${event.title} (${event.steps.length} steps, ${event.minutes} minutes)`);
		}
		if (event.type === "view") seen = event;
		if (event.type === "step") printStep(event);
		if (event.type === "answer") process.stdout.write(event.output.split("\n").map(printable).join("\n"));
		if (event.type === "down")
			say(`This step took the machine down (${event.how}). It is put back to the beginning of the step.`);
	};
}
