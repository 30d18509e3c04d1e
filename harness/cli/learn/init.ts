import { resolve } from "node:path";
import { EXIT } from "../../base/failure.ts";
import { inKit } from "../../base/kit.ts";
import { shownPath } from "../../base/shown-path.ts";
import { makeWorkspace, workspaceDir } from "../../learner/workspace.ts";

/** `drydock init`. @returns the exit code */
export async function init(directory: string | undefined): Promise<number> {
	const dir = directory === undefined ? await workspaceDir() : resolve(directory);
	const made = await makeWorkspace(dir);
	const shown = shownPath(dir);
	process.stdout.write(
		made.length === 0
			? `${shown} is complete; no file of yours is missing.\n`
			: `created in ${shown}:\n${made.map((name) => `  ${name}\n`).join("")}`,
	);
	if (dir !== inKit("workspace") && dir !== process.cwd())
		process.stdout.write(`\nto work there:\n  cd ${shown}\n  npx drydock\n`);
	return EXIT.passed;
}
