import { EXIT } from "../../base/failure.ts";
import { visibleProgress } from "../../base/progress.ts";
import { lessons } from "../../judge/lessons.ts";
import { checkWritable, makeWorkspace, workspaceDir } from "../../learner/workspace.ts";
import { installMissing } from "../../vm/computer/install-missing.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import { welcome } from "./welcome.ts";

/**
 * `drydock start`, which `npm start` runs: sets up what is missing, then shows where the learner is. With `onlySetup`,
 * makes no workspace and shows nothing. With `forTests`, also sets up what drydock's own tests need.
 * @returns the exit code
 */
export async function start({ onlySetup, forTests }: { onlySetup?: boolean; forTests?: boolean }): Promise<number> {
	// Fails before minutes of work, and not after them.
	if (!onlySetup) await checkWritable(await workspaceDir());
	await installMissing({ testing: forTests === true });
	const machines = new MachinePool(visibleProgress);
	try {
		await machines.makeReady();
	} finally {
		await machines.close();
	}
	if (!onlySetup) {
		await makeWorkspace(await workspaceDir());
		if ((await lessons()).length > 0) process.stdout.write(await welcome());
	}
	return EXIT.passed;
}
