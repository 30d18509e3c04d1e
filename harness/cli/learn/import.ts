import { EXIT } from "../../base/failure.ts";
import { shownPath } from "../../base/shown-path.ts";
import { importWorkspace } from "../../learner/import-workspace.ts";
import { printJson } from "../text/terminal.ts";

/**
 * `drydock import`: adds the modules and the progress in an archive of `drydock export` to this workspace. Overwrites
 * none of the learner's files.
 * @returns the exit code
 */
export async function runImport(file: string, { json }: { json?: boolean }): Promise<number> {
	const result = await importWorkspace(file);
	const { workspace, beside, leftOut } = result;
	if (json) printJson({ schemaVersion: 1, ...result });
	else {
		const kept = beside.map(({ file, kept }) => `  ${shownPath(file)}: the imported one is ${shownPath(kept)}\n`);
		const note =
			kept.length === 0
				? ""
				: `Some files differ from yours. Yours were kept, and the imported ones are beside them:\n`;
		const imported = `The modules and the progress from ${file} are in ${shownPath(workspace)} now.\n`;
		process.stdout.write(`${imported}${note}${kept.join("")}${leftOutNote(leftOut)}`);
	}
	return EXIT.passed;
}

function leftOutNote(names: readonly string[]): string {
	// Does not list the files that `drydock init` makes, because importing makes them if they are not there.
	const missed = names.filter((name) => !MADE_BY_INIT.has(name));
	if (missed.length === 0) return "";
	const shown = missed.slice(0, NAMES_MAX).map((name) => `  ${name}\n`);
	const more = missed.length > NAMES_MAX ? `  … and ${missed.length - NAMES_MAX} more\n` : "";
	return `Not imported, because they are not modules of a lesson, or because a tool could\nrun them. If you trust one of them, unpack it by hand:\n${shown.join("")}${more}`;
}

const MADE_BY_INIT = new Set(["package.json", "tsconfig.json", ".gitignore"]);
const NAMES_MAX = 20;
