import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { isReplaceable, isSealed, replaceFile, SEAL_PLACEHOLDER, withSeal } from "../../../harness/engine/seal.ts";
import { packWorkspace } from "../../../harness/learner/archive.ts";
import { temporary } from "../../support/temporary.ts";
import { halfway, workspaceIn } from "../../support/workspace.ts";

const files = await temporary();
afterAll(() => files.remove());
const script = Buffer.concat([Buffer.from(`#!/bin/sh\n# ${SEAL_PLACEHOLDER}\n`), Buffer.from([0, 0xff, 0xfe, 0x80])]);

describe("a seal", () => {
	test("holds until a byte changes", () => {
		const whole = withSeal(script);
		expect(whole.length).toBe(script.length);
		expect(isSealed(whole)).toBe(true);
		for (let at = 0; at < whole.length; at++) {
			const changed = Buffer.from(whole);
			changed[at] = (changed[at] ?? 0) ^ 1;
			expect(isSealed(changed)).toBe(false);
		}
		expect(isSealed(Buffer.concat([whole, Buffer.from("\n")]))).toBe(false);
		expect(isSealed(whole.subarray(0, 40))).toBe(false);
	});

	test("is only on files that were sealed", () => {
		for (const text of ["", "mine", SEAL_PLACEHOLDER, script.toString()])
			expect(isSealed(Buffer.from(text))).toBe(false);
	});
});

test("only a missing or sealed file is replaceable", async () => {
	const path = await files.write("box", "mine");
	expect(await isReplaceable(path)).toBe(false);
	expect(await isReplaceable(join(files.dir, "nothing"))).toBe(true);
	await mkdir(join(files.dir, "directory"));
	expect(await isReplaceable(join(files.dir, "directory"))).toBe(false);
	await replaceFile(path, withSeal(script), 0o755);
	expect(await isReplaceable(path)).toBe(true);
	expect(isSealed(await readFile(path))).toBe(true);
});

test("an archive of a workspace contains changed files, but no sealed ones, however large", async () => {
	const dir = await workspaceIn(files.dir, halfway(), { "box/README.md": "mine" });
	await replaceFile(join(dir, "box/box"), withSeal(Buffer.concat([script, Buffer.alloc(5 << 20)])));
	expect((await packWorkspace(dir)).files).toEqual(["box/README.md", "drydock.json"]);
});
