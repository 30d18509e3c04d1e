import { EXIT } from "../../base/failure.ts";
import { shownPath } from "../../base/shown-path.ts";
import { importWorkspace } from "../../learner/import-workspace.ts";
import { printJson } from "../text/terminal.ts";

/**
 * `drydock import`: adds what an archive of `drydock export` holds to this workspace. Overwrites none of the
 * learner's files.
 * @returns the exit code
 */
export async function runImport(file: string, { json }: { json?: boolean }): Promise<number> {
	const result = await importWorkspace(file);
	const { workspace, beside, leftOut } = result;
	if (json) printJson({ schemaVersion: 1, ...result });
	else {
		const kept = beside.map(({ file, kept }) => `  ${shownPath(file)}: the imported one is ${shownPath(kept)}\n`);
		const note = kept.length === 0 ? "" : `Some differ from yours. Yours stay, and what was imported is beside them:\n`;
		const imported = `${shownPath(workspace)} has what ${file} held: modules and progress.\n`;
		process.stdout.write(`${imported}${note}${kept.join("")}${leftOutNote(leftOut)}`);
	}
	return EXIT.passed;
}

function leftOutNote(names: readonly string[]): string {
	// Does not list the files that `drydock init` makes: importing makes them as well.
	const missed = names.filter((name) => !MADE.has(name));
	if (missed.length === 0) return "";
	const shown = missed.slice(0, LISTED).map((name) => `  ${name}\n`);
	const more = missed.length > LISTED ? `  … and ${missed.length - LISTED} more\n` : "";
	return `Left out, as they are no modules of a lesson, or a tool would run them; unpack by hand what you trust:\n${shown.join("")}${more}`;
}

const MADE = new Set(["package.json", "tsconfig.json", ".gitignore"]);
const LISTED = 20;
