import { editedMessage } from "../../learner/course.ts";

/** Says on standard error for which lessons the reference's module is used, and how to use the learner's again. */
export function reportReplacedModules(ids: readonly string[]): void {
	for (const id of ids)
		process.stderr.write(
			`${editedMessage(id)}: the reference's module is used instead.\n  try: npx drydock check ${id}\n`,
		);
}
