import { EXIT } from "../../base/failure.ts";
import { silentProgress, visibleProgress } from "../../base/progress.ts";
import { shownPath } from "../../base/shown-path.ts";
import { lessonsToGrade } from "../../classroom/grading.ts";
import { defaultNameOf, makeHandOut, parseKitName } from "../../classroom/hand-out.ts";
import { KITS } from "../../classroom/kits.ts";
import { printJson } from "../text/terminal.ts";

export interface KitOptions {
	out?: string;
	lesson?: string;
	json?: boolean;
}

/** `drydock class kit`. @returns the exit code */
export async function classKit(name: string, { out, lesson, json = false }: KitOptions): Promise<number> {
	const kit = parseKitName(name);
	// Refuses a lesson that does not exist.
	if (lesson !== undefined) await lessonsToGrade(lesson.split(",").map((id) => id.trim()));
	const gradeOptions = lesson === undefined ? [] : ["--lesson", lesson.replaceAll(/\s/g, "")];
	const progress = json ? silentProgress : visibleProgress;
	const made = await makeHandOut(kit, out ?? defaultNameOf(kit), gradeOptions, progress);
	if (json) printJson({ schemaVersion: 1, ...made });
	else
		process.stdout.write(
			`${shownPath(made.path)} is complete: ${made.files} files, ${Math.ceil(made.bytes / 1e6)} MB.\nnext: ${KITS[kit].next}\n`,
		);
	return EXIT.passed;
}
