import { EXIT } from "../../base/failure.ts";
import { silentProgress, visibleProgress } from "../../base/progress.ts";
import { shownPath } from "../../base/shown-path.ts";
import { editedMessage } from "../../learner/course.ts";
import { type OwnBox, packOwnBox } from "../../learner/own-box.ts";
import { printJson } from "../text/terminal.ts";

/** The directory to use if none is given. */
const BOX_DIR = "box";

/**
 * `drydock box`: packs the learner's own engine into a program, to keep.
 * @param dir where to put the program; created if it does not exist. Only files that this command wrote, and that nobody
 * has changed since, are overwritten
 * @returns the exit code
 */
export async function box(dir = BOX_DIR, { json }: { json?: boolean }): Promise<number> {
	const packed = await packOwnBox(dir, json ? silentProgress : visibleProgress);
	if (json) printJson({ schemaVersion: 1, ...packed });
	else process.stdout.write(`${reportOf(packed)}${packed.edited.map((id) => leftOutMessage(id, dir)).join("")}`);
	return EXIT.passed;
}

function reportOf({ program, yours, others }: OwnBox): string {
	const modules = yours.map((id) => `  ${id}\n`);
	const run = `  sudo ${shownPath(program)} run IMAGE COMMAND\n`;
	return `${shownPath(program)} is a container engine. It contains your modules of these lessons:\n${modules.join("")}${others.length === 0 ? "" : "The other modules are the reference's. "}To run it:\n${run}`;
}

const leftOutMessage = (id: string, dir: string) =>
	`${editedMessage(id)}, so it was left out.\n  try: npx drydock check ${id}, then npx drydock box${dir === BOX_DIR ? "" : ` ${shownPath(dir)}`}\n`;
