import { EXIT } from "../../base/failure.ts";
import { silentProgress, visibleProgress } from "../../base/progress.ts";
import { shownPath } from "../../base/shown-path.ts";
import { defaultNameOf, makeHandOut, parseKitName } from "../../classroom/hand-outs/hand-out.ts";
import { KITS } from "../../classroom/hand-outs/kits.ts";
import { findLesson } from "../../judge/lessons.ts";
import { printJson } from "../text/terminal.ts";

export interface KitOptions {
	out?: string;
	lesson?: string;
	json?: boolean;
}

/** `drydock class kit`. @returns the exit code */
export async function classKit(name: string, { out, lesson, json = false }: KitOptions): Promise<number> {
	const kit = parseKitName(name);
	const chosen = lesson?.split(",").map((id) => id.trim()) ?? [];
	// Refuses a lesson that does not exist.
	await Promise.all(chosen.map(findLesson));
	const gradeOptions = chosen.length === 0 ? [] : ["--lesson", chosen.join(",")];
	const progress = json ? silentProgress : visibleProgress;
	const made = await makeHandOut(kit, out ?? defaultNameOf(kit), gradeOptions, progress);
	if (json) printJson({ schemaVersion: 1, ...made });
	else
		process.stdout.write(
			`${shownPath(made.path)} is complete: ${made.files} files, ${Math.ceil(made.bytes / 1e6)} MB.\nnext: ${KITS[kit].next}\n`,
		);
	return EXIT.passed;
}
