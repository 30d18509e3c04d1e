import { cp, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inKit } from "../../harness/base/kit.ts";

/** The files that three people have handed in, with the files that they are copies of. */
const FILES = {
	alice: { "02-unshare/isolate.ts": "solutions/02-unshare/isolate.ts" },
	bob: { "isolate.ts": "test/submissions/02-unshare/wrong/no-ipc.ts" },
	carol: { "README.md": "lessons/02-unshare/README.md" },
};

export const NAMES = Object.keys(FILES) as (keyof typeof FILES)[];

/** What each must get for lesson 02. */
export const STATUSES = { alice: "pass", bob: "fail", carol: "missing" };
/** The same, where a result says only whether the lesson is passed. */
export const PASSED = { alice: true, bob: false, carol: false };

/** Makes a class's folder with the three submissions. */
export async function makeClass(dir: string): Promise<void> {
	for (const name of NAMES)
		for (const [path, source] of Object.entries(FILES[name])) {
			await mkdir(dirname(join(dir, name, path)), { recursive: true });
			await cp(inKit(source), join(dir, name, path));
		}
}

/** The status of each submission's only lesson in a JSON report of a class. */
export function statusesIn(report: string): Record<string, string> {
	const { submissions } = JSON.parse(report) as { submissions: { name: string; results: { status: string }[] }[] };
	return Object.fromEntries(submissions.map(({ name, results }) => [name, results.map(({ status }) => status).join()]));
}
