import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { cacheDir } from "../../harness/base/cache.ts";
import { inKit } from "../../harness/base/kit.ts";
import { silentProgress } from "../../harness/base/progress.ts";
import { carryProgram } from "../../harness/classroom/hand-outs/carried-drydock.ts";
import { copyTexts } from "../../harness/classroom/hand-outs/copy-texts.ts";
import { KIT_NAMES } from "../../harness/classroom/hand-outs/kits.ts";
import { inContainer } from "../support/container.ts";
import { newMachinePool } from "../support/guest.ts";
import { temporary } from "../support/temporary.ts";
import { makeClass, NAMES, PASSED, STATUSES, statusesIn } from "../support/three-submissions.ts";

// The scripts of the hand-outs, each in a container where everything is where the other system puts it. Instead of
// carrying packages, Node and a cache, the hand-outs have links to those of this computer: `npm run kits` plays the
// complete ones.

// Each test starts drydock several times, as a program that is not compiled yet.
vi.setConfig({ testTimeout: 300_000 });
const files = await temporary();
const machines = newMachinePool();
const at = (...path: string[]) => join(files.dir, ...path);
const read = (...path: string[]) => readFile(at(...path), "utf8");

beforeAll(async () => {
	await machines.makeReady();
	await makeClass(at("class"));
	for (const kit of KIT_NAMES) await copyTexts(inKit("harness/classroom/kits", kit), at(kit));
	await carryProgram(at("drydock"), ["--lesson", "02"], silentProgress);
	// A folder of its own, in which each container finds the modules that an earlier one has compiled.
	await mkdir(at("drydock/node_modules"));
	for (const name of await readdir(inKit("node_modules")))
		if (!name.startsWith(".")) await symlink(inKit("node_modules", name), at("drydock/node_modules", name));
	await symlink(process.execPath, at("drydock/node"));
	await symlink(cacheDir, at("drydock/cache"));
});
afterAll(() => Promise.all([machines.close(), files.remove()]));

/** The results of a system that grades one submission at a time. */
async function resultsOf(kit: string): Promise<Record<string, { tests: Record<string, unknown>[] }>> {
	const texts = await Promise.all(NAMES.map((name) => read("results", kit, `${name}.json`)));
	return Object.fromEntries(NAMES.map((name, index) => [name, JSON.parse(texts[index] ?? "")]));
}

test("Gradescope's run_autograder writes the right results.json for each of three submissions", async () => {
	await mkdir(at("results/gradescope"), { recursive: true });
	await inContainer(
		`mkdir /autograder && cd /autograder
		cp -r ${at("gradescope")} source && ln -s ${at("drydock")} source/drydock && cp source/run_autograder .
		for name in ${NAMES.join(" ")}; do
			rm -rf submission results && cp -r ${at("class")}/$name submission && mkdir results
			./run_autograder && cp results/results.json ${at("results/gradescope")}/$name.json
		done`,
		{ shared: files.dir },
	);
	const passed = Object.entries(await resultsOf("gradescope")).map(([name, { tests }]) => {
		expect(tests).toHaveLength(1);
		return [name, tests[0]?.["status"] === "passed"];
	});
	expect(Object.fromEntries(passed)).toEqual(PASSED);
});

test("PrairieLearn's run.sh grades the lesson that the question is about, by the class file of the hand-out", async () => {
	await mkdir(at("results/prairielearn"), { recursive: true });
	await inContainer(
		`mkdir /drydock && cp -r ${at("drydock")}/. /drydock && cp ${at("prairielearn")}/run.sh /drydock
		: >/drydock/grade-options.txt && echo 'points: { "02": 20 }' >/drydock/drydock.class.yaml
		for name in ${NAMES.join(" ")}; do
			rm -rf /grade && mkdir -p /grade/results && cp -r ${at("prairielearn")}/question/tests /grade
			cp -r ${at("class")}/$name /grade/student
			/drydock/run.sh && cp /grade/results/results.json ${at("results/prairielearn")}/$name.json
		done`,
		{ shared: files.dir },
	);
	const results = await resultsOf("prairielearn");
	const passed = NAMES.map((name) => [name, results[name]?.tests.map((one) => one["points"] === one["max_points"])]);
	expect(passed).toEqual(NAMES.map((name) => [name, [PASSED[name]]]));
	expect(results["alice"]?.tests[0]).toMatchObject({ points: 20 });
});

test("the Pods of the Kubernetes Job grade one part each, without capabilities, and the other Job merges them", async () => {
	await inContainer(
		`mkdir /drydock /class && cp -r ${at("drydock")}/. /drydock
		mkdir /drydock/bin && cp ${at("kubernetes")}/*.sh /drydock/bin && cp -r ${at("class")} /class/submissions
		export SHARDS=2
		for index in 0 1; do JOB_COMPLETION_INDEX=$index setpriv --bounding-set=-all /drydock/bin/grade.sh; done
		/drydock/bin/merge.sh && cp -r /class/grades ${at("results/kubernetes")}`,
		{ shared: files.dir },
	);
	expect(statusesIn(await read("results/kubernetes/grades.json"))).toEqual(STATUSES);
	expect((await readdir(at("results/kubernetes"))).sort()).toEqual(
		["grades.json", ...NAMES.map((name) => `${name}.txt`)].sort(),
	);
});

test("the jobs of Slurm's array grade one part each on a copy of the cache, and the other job merges them", async () => {
	await mkdir(at("results/slurm/shards"), { recursive: true });
	await mkdir(at("scratch"));
	const [drydock, results] = [at("drydock"), at("results/slurm")];
	await inContainer(
		`export SLURM_ARRAY_TASK_COUNT=2 SLURM_CPUS_PER_TASK=2 TMPDIR=${at("scratch")}
		for id in 1 2; do SLURM_ARRAY_TASK_ID=$id bash ${at("slurm")}/grade.sbatch ${drydock} ${at("class")} ${results}; done
		bash ${at("slurm")}/merge.sbatch ${drydock} ${results} 2`,
		{ shared: files.dir },
	);
	expect(statusesIn(await read("results/slurm/grades/grades.json"))).toEqual(STATUSES);
	expect(await read("results/slurm/grades.txt")).toMatch(/alice: 10\/10[\s\S]*1 of 3 passed/);
	expect(await readdir(at("scratch"))).toEqual([]);
});

test("the scripts of GitHub's workflow grade a class in parts and fill the summary; for one learner they fail the run", async () => {
	const grade = (shard: string) => `SHARD=${shard} .github/scripts/grade.sh`;
	const output = await inContainer(
		`cp -r ${at("github")} /repository && cd /repository && ln -s ${at("drydock")} drydock
		cp -r ${at("class")}/. class
		export GITHUB_OUTPUT=/output GITHUB_STEP_SUMMARY=/summary
		sed -i 's/^SUBMISSIONS_PER_RUNNER=.*/SUBMISSIONS_PER_RUNNER=2/' .github/scripts/plan.sh
		.github/scripts/plan.sh && ${grade("1/2")} && ${grade("2/2")} && .github/scripts/merge.sh
		cp -r grades ${at("results/github")}
		mv class/bob workspace && rm -r class shards
		.github/scripts/plan.sh && ${grade("1/1")} && if .github/scripts/merge.sh; then exit 1; fi
		cat /output /summary`,
		{ shared: files.dir },
	);
	expect(output).toContain("shards=[1,2]\nshards=[1]\n");
	expect(output).toMatch(/^```text\nalice: [^`]*1 of 3 passed[^`]*```\n```text\nworkspace [^`]*CLONE_NEWIPC[^`]*```$/m);
	expect(statusesIn(await read("results/github/grades.json"))).toEqual(STATUSES);
});
