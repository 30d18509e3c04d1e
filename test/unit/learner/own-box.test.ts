import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { inKit } from "../../../harness/base/kit.ts";
import { zx } from "../../../harness/base/zx.ts";
import { temporary } from "../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

// `drydock box` writes to the folder `box`; `drydock box .` writes a file of that name.
test.each([["box/box"], ["box/README.md"], ["box"]])(
	"the kit's git ignores %s, which the command box writes",
	async (name) => {
		const dir = join(files.dir, name.replaceAll("/", "-"));
		const $ = (await zx())({ quiet: true, nothrow: true });
		await $`git init ${dir}`;
		await copyFile(inKit(".gitignore"), join(dir, ".gitignore"));
		expect((await $`git -C ${dir} check-ignore ${name}`).stdout).toBe(`${name}\n`);
		expect((await $`git -C ${dir} check-ignore ${`lessons/${name}`}`).stdout).toBe("");
	},
);
