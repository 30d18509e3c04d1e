import { execFile } from "node:child_process";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inKit } from "../../harness/kit.ts";
import { lessons, loadCheck } from "../../harness/lessons.ts";
import { silent } from "../../harness/progress.ts";
import { Shipyard } from "../../harness/vm/shipyard.ts";
import { drydock } from "../support/drydock.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
// The snapshot that the tests share.
beforeAll(async () => {
	await new Shipyard(silent).imageKey();
});
afterAll(() => files.remove());

test("init makes a workspace that is checked from inside, and overwrites nothing", async () => {
	const workspace = join(files.dir, "workspace");
	expect((await drydock(files.dir, "init", workspace)).code).toBe(0);
	const [first, second] = await lessons();
	if (first === undefined) throw new Error("there are no lessons");
	const module = join(first.id, (await loadCheck(first)).module);
	await cp(inKit("solutions", module), join(workspace, module));
	expect((await drydock(files.dir, "init", workspace)).stdout).toContain("nothing was changed");
	const [mine, reference] = [join(workspace, module), inKit("solutions", module)];
	expect(await readFile(mine, "utf8")).toBe(await readFile(reference, "utf8"));
	expect((await drydock(workspace, "check")).code).toBe(0);
	const listed = JSON.parse((await drydock(workspace, "list", "--json")).stdout).lessons;
	expect(listed.slice(0, 2)).toMatchObject([
		{ id: first.id, passed: true, current: true },
		{ id: second?.id, passed: false, current: false },
	]);
	const onMine = await drydock(workspace, "check", "04", "--solution", "--mine", "--json");
	expect(JSON.parse(onMine.stdout)).toMatchObject({
		verdict: "pass",
		engine: { yours: ["01-process"], reference: ["02-unshare"] },
	});
	// As every message says it, and not some package of that name.
	const { stdout } = await promisify(execFile)("npx", ["--no", "drydock", "status"], { cwd: workspace });
	expect(stdout).toContain("npx drydock next");
	const packed = await drydock(workspace, "box", "one");
	expect(packed.stdout).toContain("Of your modules, it has:\n  01-process\nThe rest is the reference's.");
	await cp(inKit("lessons", module), mine);
	const edited = await drydock(workspace, "box", "two");
	expect(edited.code).toBe(2);
	expect(edited.stderr).toContain("01-process has been edited since it passed\n  try: npx drydock check 01-process");
	const types = await readFile(join(workspace, "types/mounts.d.ts"), "utf8");
	expect(types).toContain("@see pivot_root(2)");
});
