import { inKit } from "../../harness/base/kit.ts";
import type { Submission } from "../../harness/dev/submissions.ts";
import type { Temporary } from "./temporary.ts";

/**
 * Finds a file with a submission's whole text, or writes it where the submission's own file holds a difference.
 * @param files where it is written
 * @returns an absolute path
 */
export const fileOf = ({ path, text, isDifference }: Submission, files: Temporary): Promise<string> =>
	isDifference ? files.write(`${path.slice(0, -".diff".length)}.ts`, text) : Promise.resolve(inKit(path));
