import { relative } from "node:path";
import { Chalk } from "chalk";
import { EXIT } from "../failure.ts";
import { lessons } from "../lessons.ts";
import { currentLesson, learnersFile, passedLessons } from "../workspace.ts";
import { printJson, style } from "./terminal.ts";

/** `drydock list`. @returns the exit code */
export async function list({ json }: { json?: boolean }): Promise<number> {
	const [all, passed, current] = await Promise.all([lessons(), passedLessons(), currentLesson()]);
	const rows = all.map(({ id, title }) => ({ id, title, passed: passed.has(id), current: id === current.id }));
	if (json) {
		printJson({ schemaVersion: 1, lessons: rows });
		return EXIT.passed;
	}
	const chalk = new Chalk({ level: style().color ? 1 : 0 });
	for (const row of rows) {
		const mark = row.passed ? chalk.green("✓") : row.current ? chalk.yellow("›") : " ";
		process.stdout.write(`${mark} ${row.id.padEnd(16)} ${row.title}${row.current ? chalk.dim("  (current)") : ""}\n`);
	}
	const near = relative(".", await learnersFile(current));
	process.stdout.write(
		`\nread it    npx drydock read ${current.id}\nedit it    ${near}\ncheck it   npx drydock check ${current.id}\n`,
	);
	return EXIT.passed;
}
