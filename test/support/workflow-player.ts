import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import { parse } from "yaml";
import { zx } from "../../harness/base/zx.ts";

interface Step {
	id?: string;
	if?: string;
	run?: string;
	uses?: string;
	with?: Record<string, string | number | boolean>;
	env?: Record<string, string>;
}

interface Job {
	needs?: string;
	outputs?: Record<string, string>;
	strategy?: { matrix: Record<string, string> };
	steps: Step[];
}

/** What playing a workflow has produced. */
export interface Played {
	/** The text that its steps wrote for the run's page. */
	summary: string;
	/** How often a step found what it asked the cache for. */
	cacheHits: number;
	/** The path of a folder that has a folder for each artifact. */
	artifacts: string;
	/** The scripts, each with its output. */
	log: string;
}

/**
 * Plays the workflow grade.yml of a repository as GitHub's runners do, one job after the other, each in a fresh clone:
 * GitHub's own evaluator computes the expressions, bash runs the scripts. Of an action, the player does only what the
 * action does with files.
 * @param repository the repository to clone
 * @param dir the folder for the clones, the artifacts, and the repository's cache, which the next run with `dir` uses
 * @throws {Error} a step has failed
 */
export async function playWorkflow(repository: string, dir: string): Promise<Played> {
	const run: Run = {
		repository,
		cache: join(dir, "cache"),
		artifacts: join(await mkdtemp(join(dir, "run-")), "artifacts"),
		cacheHits: 0,
		summary: "",
		log: "",
	};
	for (const folder of [run.cache, run.artifacts]) await mkdir(folder, { recursive: true });
	const { jobs } = parse(await readFile(join(repository, ".github/workflows/grade.yml"), "utf8")) as {
		jobs: Record<string, Job>;
	};
	const needs: Record<string, unknown> = {};
	// The workflow's jobs are in the order in which they need each other.
	for (const [id, job] of Object.entries(jobs)) {
		if (job.needs !== undefined && !(job.needs in needs)) throw new Error(`${id} comes before ${job.needs}`);
		const [name = "", values = "[0]"] = Object.entries(job.strategy?.matrix ?? {})[0] ?? [];
		const all = JSON.parse(String(await filled(values, { needs }))) as unknown[];
		for (const value of all) {
			const contexts = { needs, matrix: { [name]: value }, strategy: { "job-total": all.length } };
			needs[id] = { result: "success", outputs: await playJob(run, job, contexts) };
		}
	}
	return run;
}

interface Run extends Played {
	repository: string;
	cache: string;
}

type Contexts = Record<string, unknown>;

async function playJob(run: Run, job: Job, contexts: Contexts): Promise<Record<string, string>> {
	const workspace = await mkdtemp(join(run.artifacts, "../workspace-"));
	const steps: Record<string, { outputs: Record<string, string> }> = {};
	const atTheEnd: (() => Promise<void>)[] = [];
	for (const step of job.steps) {
		const known = { ...contexts, steps };
		const condition = step.if?.replace(/^\$\{\{(.*)\}\}$/, "$1") ?? "success()";
		if (!(await evaluated(condition, known, workspace))) continue;
		const outputs =
			step.run === undefined
				? await act(run, step, workspace, known, atTheEnd)
				: await script(run, step, workspace, known);
		if (step.id !== undefined) steps[step.id] = { outputs };
	}
	for (const end of atTheEnd) await end();
	const outputs = Object.entries(job.outputs ?? {}).map(async ([name, text]) => [
		name,
		String(await filled(text, { ...contexts, steps })),
	]);
	return Object.fromEntries(await Promise.all(outputs));
}

async function script(
	run: Run,
	{ run: text = "", env = {} }: Step,
	cwd: string,
	contexts: Contexts,
): Promise<Record<string, string>> {
	const [output, summary] = [join(cwd, "../output"), join(cwd, "../summary")];
	for (const file of [output, summary]) await writeFile(file, "");
	const own: Record<string, string> = {};
	for (const [name, value] of Object.entries(env)) own[name] = String(await filled(value, contexts));
	// With the tests' own DRYDOCK_CACHE, drydock would use the tests' cache.
	const { DRYDOCK_CACHE: _, ...environment } = process.env;
	const $ = (await zx())({
		cwd,
		nothrow: true,
		env: { ...environment, CI: "true", GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary, ...own },
	});
	const result = await $`bash -e -c ${text}`;
	run.log += `${text}\n${result.stdout}${result.stderr}`;
	if (!result.ok) throw new Error(`the step ${text} has failed\n${run.log}`);
	run.summary += await readFile(summary, "utf8");
	return Object.fromEntries(
		(await readFile(output, "utf8"))
			.split("\n")
			.filter(Boolean)
			.map((line) => line.split(/=(.*)/, 2) as [string, string]),
	);
}

async function act(
	run: Run,
	{ uses = "", with: given = {} }: Step,
	workspace: string,
	contexts: Contexts,
	atTheEnd: (() => Promise<void>)[],
): Promise<Record<string, string>> {
	const [action] = uses.split("@");
	const inputs: Record<string, string> = {};
	for (const [name, value] of Object.entries(given))
		inputs[name] = String(await filled(String(value), contexts, workspace));
	const { path = "", key = "", name = "", pattern = "" } = inputs;
	const $ = await zx();
	switch (action) {
		case "actions/checkout":
			await $`git clone --quiet ${run.repository} ${workspace}`;
			return {};
		// Nothing to do: this computer has Node.
		case "actions/setup-node":
			return {};
		case "actions/cache":
		case "actions/cache/restore": {
			const kept = join(run.cache, key);
			const hit = (await readdir(run.cache)).includes(key);
			if (hit) {
				await cp(kept, join(workspace, path), { recursive: true });
				run.cacheHits += 1;
			} else if (action === "actions/cache") atTheEnd.push(() => cp(join(workspace, path), kept, { recursive: true }));
			return { "cache-hit": String(hit) };
		}
		case "actions/upload-artifact":
			await cp(join(workspace, path), join(run.artifacts, name), { recursive: true });
			return {};
		case "actions/download-artifact": {
			const [beginning = ""] = pattern.split("*");
			for (const one of await readdir(run.artifacts))
				if (one.startsWith(beginning)) await cp(join(run.artifacts, one), join(workspace, path), { recursive: true });
			return {};
		}
		default:
			throw new Error(`the player does not know the action ${uses}`);
	}
}

// A text in which each ${{ … }} is replaced by its value.
async function filled(text: string, contexts: Contexts, workspace = ""): Promise<string> {
	let result = "";
	for (const [index, part] of text.split(/\$\{\{(.*?)\}\}/).entries())
		result += index % 2 === 0 ? part : textOf(await evaluated(part, contexts, workspace));
	return result;
}

// fromJSON() gives a list, which the caller parses again.
const textOf = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value));

async function evaluated(expression: string, contexts: Contexts, workspace: string): Promise<unknown> {
	const hash = expression.includes("hashFiles") ? await hashOfFiles(workspace) : "";
	const status = (name: string, value: boolean) => ({
		name,
		minArgs: 0,
		maxArgs: 0,
		call: () => new data.BooleanData(value),
	});
	// No step has failed, or the player would have stopped.
	const functions = [
		status("success", true),
		status("cancelled", false),
		{ name: "hashFiles", minArgs: 1, maxArgs: 255, call: () => new data.StringData(hash) },
	];
	const { tokens } = new Lexer(expression.trim()).lex();
	const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
	const context = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
	const known = new Map(functions.map((one) => [one.name.toLowerCase(), one]));
	return JSON.parse(JSON.stringify(new Evaluator(tree, context, known).evaluate(), data.replacer));
}

// A hash of the committed files in the folder `drydock`. When the workflow computes this hash, the clone is fresh, so
// the folder has no other files.
async function hashOfFiles(workspace: string): Promise<string> {
	const $ = (await zx())({ cwd: workspace });
	return createHash("sha256")
		.update((await $`git ls-tree -r HEAD drydock`).stdout)
		.digest("hex");
}
