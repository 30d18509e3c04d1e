import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { makeWorkspace } from "../../harness/learner/workspace.ts";
import { temporary } from "../support/temporary.ts";

// A package called drydock in the public registry would be somebody else's. No command that drydock prints, documents
// or makes may ask the registry for it.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const files = await temporary();
const asked: string[] = [];
const registry = createServer(({ url = "" }, response) => {
	asked.push(url);
	response.writeHead(404, { "content-type": "application/json" }).end("{}");
});
let environment: NodeJS.ProcessEnv;
beforeAll(async () => {
	await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
	const { port } = registry.address() as AddressInfo;
	environment = {
		...process.env,
		npm_config_registry: `http://127.0.0.1:${port}/`,
		npm_config_cache: join(files.dir, "npm-cache"),
		npm_config_fetch_retries: "0",
		npm_config_update_notifier: "false",
	};
});
afterAll(async () => {
	registry.close();
	await files.remove();
});

function run(cwd: string, program: string, ...args: string[]): Promise<string> {
	return new Promise((resolve) => {
		const child = execFile(program, args, { cwd, env: environment }, (_, stdout, stderr) => resolve(stdout + stderr));
		child.stdin?.end();
	});
}
const bin = inKit("harness/cli/bin.js");
const drydock = (cwd: string, ...args: string[]) => run(cwd, process.execPath, bin, ...args);

async function askedIn(cwd: string): Promise<string[]> {
	asked.length = 0;
	await run(cwd, "npx", "drydock", "help");
	return asked.filter((url) => url.includes("drydock"));
}

async function folder(name: string, manifest?: object): Promise<string> {
	const dir = join(files.dir, name);
	await mkdir(dir);
	if (manifest !== undefined) await writeFile(join(dir, "package.json"), JSON.stringify(manifest));
	return dir;
}

test("elsewhere, npx asks the registry, so this test's registry would get the request", async () => {
	expect(await askedIn(await folder("empty"))).not.toEqual([]);
});

test("npx asks no registry in the kit, with and without its packages, in a workspace, and in a copy of one", async () => {
	const workspace = join(files.dir, "workspace");
	await makeWorkspace(workspace);
	const copy = join(files.dir, "copy");
	await cp(workspace, copy, { recursive: true, filter: (path) => !path.includes("node_modules") });
	const kit = await folder("kit", JSON.parse(await readFile(inKit("package.json"), "utf8")) as object);
	for (const dir of [workspace, copy, kit, join(copy, "02-unshare")]) expect(await askedIn(dir)).toEqual([]);
});

test("the manifest of an older drydock's workspace is updated; an edited one stays", async () => {
	const dir = join(files.dir, "older");
	await makeWorkspace(dir);
	const path = join(dir, "package.json");
	const whole = await readFile(path, "utf8");
	const { bin: _, ...older } = JSON.parse(whole) as { bin: object };
	await writeFile(path, `${JSON.stringify(older, null, "\t")}\n`);
	await makeWorkspace(dir);
	expect(await readFile(path, "utf8")).toBe(whole);
	await writeFile(path, '{ "name": "mine" }\n');
	await makeWorkspace(dir);
	expect(await readFile(path, "utf8")).toBe('{ "name": "mine" }\n');
});

test("where npx would ask the registry, every printed command names the kit's own program", async () => {
	const mine = await folder("mine", { name: "mine" });
	await makeWorkspace(mine);
	await rm(join(mine, "node_modules"), { recursive: true });
	for (const dir of [mine, await folder("bare")])
		for (const args of [
			["list"],
			["status"],
			["status", "--json"],
			["hint", "02"],
			["check", "99"],
			["grade", "x"],
			["read", "01"],
			["demo"],
		]) {
			const output = await drydock(dir, ...args);
			expect(output).not.toMatch(/\bnpx\b[^\n]*\bdrydock/);
			if (args[0] === "check") expect(output).toContain(`node ${bin}`);
		}
	const whole = join(files.dir, "whole");
	await makeWorkspace(whole);
	expect(await drydock(join(whole, "02-unshare"), "list")).toContain("npx drydock");
});
