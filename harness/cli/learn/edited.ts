import { hasBeenEdited } from "../../learner/course.ts";

/** Says on standard error for which lessons the reference's module is used, and how to use the learner's again. */
export function sayReplaced(ids: readonly string[]): void {
	for (const id of ids)
		process.stderr.write(`${hasBeenEdited(id)}: the reference's takes its place.\n  try: npx drydock check ${id}\n`);
}
