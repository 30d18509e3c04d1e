import { inKit } from "../../harness/base/kit.ts";
import type { Submission } from "../../harness/dev/submissions.ts";
import type { Temporary } from "./temporary.ts";

/**
 * Returns a file with a submission's whole text. If the submission is a .diff, writes the text to a new file.
 * @param files where the new file is written
 * @returns an absolute path
 */
export const submissionFile = ({ path, text, isDifference }: Submission, files: Temporary): Promise<string> =>
	isDifference ? files.write(`${path.slice(0, -".diff".length)}.ts`, text) : Promise.resolve(inKit(path));
