import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { inKit, readText } from "../../harness/base/kit.ts";
import { zx } from "../../harness/base/zx.ts";
import { KIT_NAMES } from "../../harness/classroom/hand-outs/kits.ts";
import { errorsOfManifest } from "../support/manifest.ts";
import { errorsOfWorkflow } from "../support/workflow.ts";

const templates = inKit("harness/classroom/kits");
const names = (await readdir(templates, { recursive: true, withFileTypes: true }))
	.filter((entry) => entry.isFile())
	.map(({ parentPath, name }) => join(parentPath, name).slice(templates.length + 1))
	.sort();
const texts = new Map<string, string>();
for (const name of names) texts.set(name, await readText(join(templates, name)));
const textOf = (name: string) => texts.get(name) ?? `there is no ${name}`;

test("each hand-out has its own files, and each folder of files belongs to a hand-out", () => {
	const folders = new Set(names.map((name) => name.split("/")[0]));
	expect([...folders].sort()).toEqual(["drydock", ...KIT_NAMES].sort());
	for (const kit of KIT_NAMES) expect(names).toContain(`${kit}/README.md`);
});

test("no file calls npx, which could fetch somebody else's package", () => {
	expect(names.filter((name) => /\bnp(x|m exec)\b/.test(textOf(name)))).toEqual([]);
});

test("shellcheck finds nothing in the scripts", async () => {
	const scripts = names.filter((name) => textOf(name).startsWith("#!"));
	expect(scripts.length).toBeGreaterThan(15);
	const $ = (await zx())({ cwd: templates, nothrow: true });
	const { stdout } = await $`shellcheck --format=gcc ${scripts} ${inKit("test/support/in-chroot.sh")}`;
	expect(stdout).toBe("");
});

test("GitHub's parser accepts the workflow, and would not accept a misspelt key", async () => {
	const workflow = textOf("github/.github/workflows/grade.yml");
	expect(await errorsOfWorkflow(workflow)).toEqual([]);
	expect(await errorsOfWorkflow(workflow.replace("fail-fast:", "failfast:"))).not.toEqual([]);
	expect(await errorsOfWorkflow(workflow.replace("needs: grade", "needs: grades"))).not.toEqual([]);
});

test("the workflow runs only scripts of the repository, each of which exists", () => {
	const { jobs } = parse(textOf("github/.github/workflows/grade.yml")) as {
		jobs: Record<string, { "timeout-minutes"?: number; steps: { run?: string; uses?: string }[] }>;
	};
	const steps = Object.values(jobs).flatMap((job) => job.steps);
	for (const { run } of steps) if (run !== undefined) expect(names).toContain(`github/${run}`);
	for (const { uses } of steps) expect(uses ?? "actions/").toMatch(/^actions\//);
	expect(Object.values(jobs).filter((job) => job["timeout-minutes"] === undefined)).toEqual([]);
});

const manifest = (name: string) => parse(textOf(`kubernetes/${name}`));

test("the manifests fit Kubernetes' schemas, which refuse a misspelt key and a missing one", async () => {
	expect(await errorsOfManifest("v1/PersistentVolumeClaim", manifest("volume.yaml"))).toBe("");
	const [grade, merge] = [manifest("grade.yaml"), manifest("merge.yaml")];
	for (const job of [grade, merge]) expect(await errorsOfManifest("batch/v1/Job", job)).toBe("");
	const misspelt = { ...grade, spec: { ...grade.spec, completionmode: "Indexed" } };
	expect(await errorsOfManifest("batch/v1/Job", misspelt)).toContain("completionmode");
	const { template: _, ...incomplete } = merge.spec;
	await expect(errorsOfManifest("batch/v1/Job", { ...merge, spec: incomplete })).rejects.toThrow("template");
});

test("the number of Pods is the number of shards, in both Jobs", () => {
	const shardsIn = (name: string) =>
		manifest(name).spec.template.spec.containers[0].env.find((one: { name: string }) => one.name === "SHARDS").value;
	const { completions, parallelism } = manifest("grade.yaml").spec;
	expect([completions, parallelism]).toEqual([Number(shardsIn("grade.yaml")), Number(shardsIn("merge.yaml"))]);
});
