import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { zx } from "../../harness/base/zx.ts";
import { drydockIn } from "../support/command.ts";
import { inContainer } from "../support/container.ts";
import { makeDebian } from "../support/debian.ts";
import { scriptOf } from "../support/dockerfile-player.ts";
import { temporary } from "../support/temporary.ts";
import { makeClass, NAMES, PASSED, STATUSES, statusesIn } from "../support/three-submissions.ts";

const files = await temporary();
const at = (path: string) => join(files.dir, path);
beforeAll(async () => {
	await makeDebian(at("debian"), "trixie");
	await makeClass(at("shared/class"));
	await mkdir(at("shared/results"));
});
afterAll(() => files.remove());

/** Makes a hand-out, and the image that its Dockerfile describes. @returns its container, and the user in it */
async function image(kit: string) {
	const context = at(`shared/${kit}`);
	const made = await drydockIn(files.dir, "class", "kit", kit, "--lesson", "02", "--out", context);
	expect(made).toMatchObject({ code: 0 });
	const $ = await zx();
	await $`cp -a ${at("debian")} ${at(`root-${kit}`)}`;
	const container = { root: at(`root-${kit}`), shared: at("shared") };
	const { script, user } = await scriptOf(context);
	await inContainer(script, container);
	return { container, user };
}

test("PrairieLearn's image grades three submissions", async () => {
	const { container } = await image("prairielearn");
	for (const name of NAMES)
		await inContainer(
			`rm -rf /grade && mkdir -p /grade/results && cp -r ${at("shared/class")}/${name} /grade/student
			cp -r ${at("shared/prairielearn")}/question/tests /grade
			/drydock/run.sh && cp /grade/results/results.json ${at("shared/results")}/${name}.json`,
			container,
		);
	for (const name of NAMES) {
		const { score } = JSON.parse(await readFile(at(`shared/results/${name}.json`), "utf8"));
		expect([name, score === 1]).toEqual([name, PASSED[name]]);
	}
});

test("the Pods' image grades a class as an ordinary user without capabilities", async () => {
	const { container, user } = await image("kubernetes");
	const [uid, gid] = (user ?? "").split(":");
	const asUser = `setpriv --reuid=${uid} --regid=${gid} --clear-groups --no-new-privs --bounding-set=-all`;
	await inContainer(
		`mkdir /class && cp -r ${at("shared/class")} /class/submissions && chown -R ${user} /class
		export SHARDS=2
		for index in 0 1; do JOB_COMPLETION_INDEX=$index ${asUser} /drydock/bin/grade.sh; done
		${asUser} /drydock/bin/merge.sh && cp /class/grades/grades.json ${at("shared/results")}`,
		container,
	);
	expect(statusesIn(await readFile(at("shared/results/grades.json"), "utf8"))).toEqual(STATUSES);
});
