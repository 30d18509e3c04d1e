import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { inKit } from "../../../../harness/base/kit.ts";
import { zx } from "../../../../harness/base/zx.ts";
import { temporary } from "../../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

const FOLDERS = Array.from({ length: 24 }, (_, at) => `learner-${at}/`);

test.each([
	["no class", [], "[1]"],
	["25 folders", [...FOLDERS, "alice/"], "[1]"],
	["24 folders and two archives", [...FOLDERS, "alice.zip", "bob.TAR.GZ"], "[1,2]"],
	["24 folders and two modules", [...FOLDERS, "alice_isolate.ts", "bob_isolate.ts"], "[1,2]"],
])("GitHub's plan counts every entry of the class [%s]", async (_, entries, shards) => {
	await rm(join(files.dir, "class"), { recursive: true, force: true });
	for (const entry of entries)
		if (entry.endsWith("/")) await mkdir(join(files.dir, "class", entry), { recursive: true });
		else await files.write(`class/${entry}`, "");
	const output = await files.write("output", "");
	const $ = (await zx())({ cwd: files.dir, env: { ...process.env, GITHUB_OUTPUT: output } });
	await $`bash ${inKit("harness/classroom/kits/github/.github/scripts/plan.sh")}`;
	expect(await readFile(output, "utf8")).toBe(`shards=${shards}\n`);
});
