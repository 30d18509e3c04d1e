import { candidatesIn } from "../../harness/classroom/submissions/candidates.ts";
import { folderKind } from "../../harness/classroom/submissions/folder-kind.ts";
import type { Candidate } from "../../harness/classroom/submissions/submission.ts";
import { lessons } from "../../harness/judge/lessons.ts";

/**
 * The submissions in a folder, as `drydock grade` finds them.
 * @param isSingle whether the folder is a single submission
 * @param warn gets each warning
 */
export async function candidatesOf(
	dir: string,
	isSingle = false,
	warn?: (warning: string) => void,
): Promise<Candidate[]> {
	const all = await lessons();
	return candidatesIn(dir, all, await folderKind(dir, all, isSingle), warn);
}
