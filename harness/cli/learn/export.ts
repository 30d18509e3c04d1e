import { exists } from "../../base/cache.ts";
import { EXIT, Failure } from "../../base/failure.ts";
import { packWorkspace } from "../../learner/archive.ts";
import { writeNew } from "../../learner/without-overwriting.ts";
import { workspaceDir } from "../../learner/workspace.ts";
import { printJson } from "../text/terminal.ts";

/** `drydock export`. @returns the exit code */
export async function runExport(file: string, { json }: { json?: boolean }): Promise<number> {
	const dir = await workspaceDir();
	if (!(await exists(dir))) throw new Failure("usage", "there is no workspace yet", "npx drydock init");
	const { archive, files } = await packWorkspace(dir);
	const isNew = await writeNew(file, archive).catch((error: NodeJS.ErrnoException) => {
		throw new Failure("usage", `${file} cannot be written (${error.code})`, "npx drydock export ANOTHER-FILE");
	});
	if (!isNew)
		throw new Failure("usage", `${file} exists already, and was not changed`, "npx drydock export ANOTHER-FILE");
	if (json) printJson({ schemaVersion: 1, file, files, bytes: archive.length });
	else
		process.stdout.write(
			`${file} contains your files and your progress.\non the other computer: npx drydock import ${file}\n`,
		);
	return EXIT.passed;
}
