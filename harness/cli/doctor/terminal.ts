import type { DoctorLine } from "../../doctor/doctor-line.ts";
import { outputStyle } from "../text/terminal.ts";

const COLUMNS_MIN = 80;

/** What this terminal can show, and whether input and output are terminals. */
export function terminalLines(): DoctorLine[] {
	const name = "terminal";
	const { width, color, plain } = outputStyle();
	const [input, output] = [process.stdin, process.stdout].map((stream) => stream.isTTY === true);
	const columns = process.stdout.columns ?? width;
	const facts = [
		output ? `${columns} columns` : `output is not a terminal (${width} columns)`,
		plain ? "plain text" : color ? "colours" : "no colours",
		isUtf8() ? "UTF-8" : "not UTF-8",
		input ? "input is a terminal" : "input is not a terminal",
	].join(", ");
	if (!isUtf8()) return [{ name, state: "warn", fact: facts, mend: "export LC_ALL=C.UTF-8, or npx drydock --plain" }];
	if (output && columns < COLUMNS_MIN)
		return [{ name, state: "warn", fact: facts, mend: `make the terminal at least ${COLUMNS_MIN} columns wide` }];
	return [{ name, state: "good", fact: facts }];
}

// Looks at the variables in the order of setlocale(3). macOS and Windows use UTF-8 without them.
function isUtf8(): boolean {
	const { LC_ALL, LC_CTYPE, LANG } = process.env;
	return process.platform !== "linux" || /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "");
}
