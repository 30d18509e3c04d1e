import { Chalk } from "chalk";
import { concurrently } from "../../base/concurrently.ts";
import { EXIT } from "../../base/failure.ts";
import { interruption } from "../../base/interrupt.ts";
import { statusMark } from "../../base/plain.ts";
import { silentProgress, visibleProgress } from "../../base/progress.ts";
import { proveLesson } from "../../dev/lesson-proofs.ts";
import type { Proof } from "../../dev/proof.ts";
import { findLesson, lessons } from "../../judge/lessons.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import { outputStyle, printJson } from "../text/terminal.ts";

/** `drydock dev check`. @returns the exit code */
export async function devCheck(id: string | undefined, { json }: { json?: boolean }): Promise<number> {
	const chosen = id === undefined ? await lessons() : [await findLesson(id)];
	const { color, plain } = outputStyle();
	const chalk = new Chalk({ level: color ? 1 : 0 });
	const machines = new MachinePool(json ? silentProgress : visibleProgress);
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
				for (const { what, holds, fix } of proofs) {
					process.stdout.write(`${statusMark(holds ? "holds" : "broken", chalk, plain)} ${what}\n`);
					if (fix !== undefined) process.stdout.write(`    ${fix}\n`);
				}
			}
		const all = await Promise.all(proved);
		interruption.throwIfAborted();
		if (json) printJson(documentOf(all));
		return all.every(({ proofs }) => proofs.every(({ holds }) => holds)) ? EXIT.passed : EXIT.notPassed;
	} finally {
		await machines.close();
	}
}

// In the document, the key for a fix is `mend`.
function documentOf(lessons: readonly { lesson: string; proofs: readonly Proof[] }[]) {
	const documented = ({ what, holds, fix }: Proof) => ({ what, holds, ...(fix !== undefined && { mend: fix }) });
	return {
		schemaVersion: 1,
		lessons: lessons.map(({ lesson, proofs }) => ({ lesson, proofs: proofs.map(documented) })),
	};
}
