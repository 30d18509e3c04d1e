import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { zx } from "../../harness/base/zx.ts";
import { drydockIn } from "../support/command.ts";
import { temporary } from "../support/temporary.ts";
import { makeClass, NAMES, STATUSES, statusesIn } from "../support/three-submissions.ts";
import { playWorkflow } from "../support/workflow-player.ts";

const files = await temporary();
afterAll(() => files.remove());

test("the workflow grades three submissions on two runners from fresh clones, and then finds the image in the cache", async () => {
	const repository = join(files.dir, "repository");
	const made = await drydockIn(files.dir, "class", "kit", "github", "--lesson", "02", "--out", repository);
	expect(made).toMatchObject({ code: 0 });
	await makeClass(join(repository, "class"));
	const plan = join(repository, ".github/scripts/plan.sh");
	await writeFile(
		plan,
		(await readFile(plan, "utf8")).replace("SUBMISSIONS_PER_RUNNER=25", "SUBMISSIONS_PER_RUNNER=2"),
	);
	const $ = (await zx())({ cwd: repository });
	await $`git init --quiet --initial-branch=main && git add --all`;
	await $`git -c user.name=teacher -c user.email=teacher@localhost commit --quiet --message=class`;
	// In the second run, also the first job finds the image.
	for (const hits of [2, 3]) {
		const { summary, cacheHits, artifacts } = await playWorkflow(repository, files.dir);
		expect(cacheHits).toBe(hits);
		expect(summary).toContain("1 of 3 passed");
		expect((await readdir(artifacts)).sort()).toEqual(["grades", "shard-1", "shard-2"]);
		expect(statusesIn(await readFile(join(artifacts, "grades/grades.json"), "utf8"))).toEqual(STATUSES);
		for (const name of NAMES) expect(await readdir(join(artifacts, "grades"))).toContain(`${name}.txt`);
	}
});
