import { Chalk } from "chalk";
import wrapAnsi from "wrap-ansi";
import { EXIT } from "../../base/failure.ts";
import { statusMark } from "../../base/plain.ts";
import type { DoctorLine } from "../../doctor/doctor-line.ts";
import { fileEventLines } from "../../doctor/file-events.ts";
import { programLines } from "../../doctor/programs.ts";
import { acceleratorLines, confinementLines, diskLines, imageLines } from "../../doctor/virtual-machines.ts";
import { outputStyle, printJson } from "../text/terminal.ts";
import { terminalLines } from "./terminal.ts";

const NAME_WIDTH = 13;

/** `drydock doctor`. @returns the exit code: 3 if something is missing without which drydock does not work */
export async function doctor({ json, probe }: { json?: boolean; probe?: boolean }): Promise<number> {
	const parts = [programLines(), acceleratorLines(probe === true), imageLines(), diskLines(), fileEventLines()];
	const lines = [...(await Promise.all(parts)).flat(), ...confinementLines(), ...terminalLines()];
	if (json) printJson({ schemaVersion: 1, lines });
	else print(lines);
	return lines.some(({ state }) => state === "bad") ? EXIT.unsupported : EXIT.passed;
}

function print(lines: readonly DoctorLine[]): void {
	const { color, plain, width } = outputStyle();
	const chalk = new Chalk({ level: color ? 1 : 0 });
	for (const { name, state, fact, mend } of lines) {
		if (plain) {
			process.stdout.write(
				`${statusMark(state, chalk, plain)} ${name}: ${fact}\n${mend === undefined ? "" : `try: ${mend}\n`}`,
			);
			continue;
		}
		const margin = " ".repeat(NAME_WIDTH + 2);
		const wrapped = (text: string) => wrapAnsi(text, width - margin.length).split("\n");
		const [first = "", ...rest] = wrapped(fact);
		const below = [...rest, ...(mend === undefined ? [] : wrapped(mend).map((line) => chalk.bold(line)))];
		const head = `${statusMark(state, chalk)} ${name.padEnd(NAME_WIDTH)}${first}`;
		process.stdout.write(`${[head, ...below.map((line) => margin + line)].join("\n")}\n`);
	}
}
