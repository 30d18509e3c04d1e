import { execFile } from "node:child_process";
import { appendFile, cp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { silentProgress } from "../../harness/base/progress.ts";
import { lessons, loadCheck } from "../../harness/judge/lessons.ts";
import { MachinePool } from "../../harness/vm/machine-pool.ts";
import { drydockIn } from "../support/command.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
beforeAll(async () => {
	await new MachinePool(silentProgress).makeReady();
});
afterAll(() => files.remove());

// Packs again what drydock has packed, and does not export it. Keeps files that somebody has changed.
async function boxAgain(workspace: string): Promise<void> {
	const [program, readme] = [join(workspace, "one/box"), join(workspace, "one/README.md")];
	const packed = await readFile(program);
	const exported = JSON.parse((await drydockIn(workspace, "export", "one.tar.gz", "--json")).stdout);
	expect(exported.files.filter((name: string) => name.startsWith("one"))).toEqual([]);
	await writeFile(readme, "mine");
	expect((await drydockIn(workspace, "box", "one")).code).toBe(0);
	expect(packed.equals(await readFile(program))).toBe(true);
	expect((await stat(program)).mode & 0o777).toBe(0o755);
	expect(await readFile(readme, "utf8")).toBe("mine");
	await appendFile(program, "\n");
	const refused = await drydockIn(workspace, "box", "one");
	expect(refused.stderr).toContain("one/box exists already; drydock did not write it, or it was changed since");
	expect(refused.code).toBe(2);
	expect((await readFile(program)).length).toBe(packed.length + 1);
	expect((await readdir(join(workspace, "one"))).sort()).toEqual(["README.md", "box"]);
}

test("init makes a workspace that is checked from inside, and overwrites nothing", async () => {
	const workspace = join(files.dir, "workspace");
	expect((await drydockIn(files.dir, "init", workspace)).code).toBe(0);
	const [first, second] = await lessons();
	if (first === undefined) throw new Error("there are no lessons");
	const module = join(first.id, (await loadCheck(first)).module);
	const untouched = await drydockIn(workspace, "check");
	expect(untouched.stdout).toMatch(/not right yet\n\nThis is still the skeleton.*\n(.+\n){3}$/);
	expect(untouched.code).toBe(1);
	await cp(inKit("solutions", module), join(workspace, module));
	expect((await drydockIn(files.dir, "init", workspace)).stdout).toContain("no file of yours is missing");
	const [mine, reference] = [join(workspace, module), inKit("solutions", module)];
	expect(await readFile(mine, "utf8")).toBe(await readFile(reference, "utf8"));
	expect((await drydockIn(workspace, "check")).code).toBe(0);
	const listed = JSON.parse((await drydockIn(workspace, "list", "--json")).stdout).lessons;
	expect(listed.slice(0, 2)).toMatchObject([
		{ id: first.id, passed: true, current: true, attempts: 1 },
		{ id: second?.id, passed: false, current: false },
	]);
	const onMine = await drydockIn(workspace, "check", "04", "--solution", "--mine", "--json");
	expect(JSON.parse(onMine.stdout)).toMatchObject({
		verdict: "pass",
		engine: { yours: ["01-process"], reference: ["02-unshare"] },
	});
	// The command that every message names. It must find the kit's drydock, and no other package of that name.
	const { stdout } = await promisify(execFile)("npx", ["--no", "drydock", "status"], { cwd: workspace });
	expect(stdout).toContain("npx drydock next");
	const packed = await drydockIn(workspace, "box", "one");
	expect(packed.stdout).toContain(
		"It contains your modules of these lessons:\n  01-process\nThe other modules are the reference's.",
	);
	await boxAgain(workspace);
	await cp(inKit("lessons", module), mine);
	const edited = await drydockIn(workspace, "box", "two");
	expect(edited.code).toBe(2);
	expect(edited.stderr).toContain("01-process has been edited since it passed\n  try: npx drydock check 01-process");
	const afterEdit = await drydockIn(workspace, "check", "04", "--solution", "--mine", "--json");
	expect(afterEdit.stderr).toContain(
		"01-process has been edited since it passed: the reference's module is used instead.",
	);
	expect(JSON.parse(afterEdit.stdout)).toMatchObject({ verdict: "pass", engine: { yours: [] } });
	const ran = await drydockIn(workspace, "run", "02", "--", "true");
	expect(ran.stderr).toContain("01-process has been edited since it passed: the reference's module is used instead.");
	const types = await readFile(join(workspace, "types/mounts.d.ts"), "utf8");
	expect(types).toContain("@see pivot_root(2)");
});
