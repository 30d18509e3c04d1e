import { hasBeenEdited } from "../../learner/course.ts";

/** Says on standard error for which lessons' modules the reference's are used, and how the learner's are again. */
export function sayReplaced(ids: readonly string[]): void {
	for (const id of ids)
		process.stderr.write(`${hasBeenEdited(id)}: the reference's takes its place.\n  try: npx drydock check ${id}\n`);
}
