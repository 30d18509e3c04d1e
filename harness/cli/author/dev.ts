import { Chalk } from "chalk";
import { concurrently } from "../../base/concurrently.ts";
import { EXIT } from "../../base/failure.ts";
import { interruption } from "../../base/interrupt.ts";
import { mark } from "../../base/plain.ts";
import { silent, visible } from "../../base/progress.ts";
import { proveLesson } from "../../dev/lesson.ts";
import { findLesson, lessons } from "../../judge/lessons.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import { printJson, style } from "../text/terminal.ts";

/** `drydock dev check`. @returns the exit code */
export async function devCheck(id: string | undefined, { json }: { json?: boolean }): Promise<number> {
	const chosen = id === undefined ? await lessons() : [await findLesson(id)];
	const { color, plain } = style();
	const chalk = new Chalk({ level: color ? 1 : 0 });
	const machines = new MachinePool(json ? silent : visible);
	machines.prepare();
	try {
		const proved = concurrently(chosen, async (lesson) => ({
			lesson: lesson.id,
			proofs: await proveLesson(lesson, machines),
		}));
		if (!json)
			for (const one of proved) {
				const { lesson, proofs } = await one;
				process.stdout.write(`${chalk.bold(lesson)}\n`);
				for (const { what, holds, mend } of proofs) {
					process.stdout.write(`${mark(holds ? "holds" : "broken", chalk, plain)} ${what}\n`);
					if (mend !== undefined) process.stdout.write(`    ${mend}\n`);
				}
			}
		const all = await Promise.all(proved);
		interruption.throwIfAborted();
		if (json) printJson({ schemaVersion: 1, lessons: all });
		return all.every(({ proofs }) => proofs.every(({ holds }) => holds)) ? EXIT.passed : EXIT.notPassed;
	} finally {
		await machines.close();
	}
}
