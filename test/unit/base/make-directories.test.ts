import { stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeDirectories } from "../../../harness/base/make-directories.ts";
import { temporary } from "../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

test("makes the missing directories, and says whether it made any", async () => {
	const path = join(files.dir, "one/two/three");
	expect(await makeDirectories(path)).toBe(true);
	expect((await stat(path)).isDirectory()).toBe(true);
	expect(await makeDirectories(path)).toBe(false);
	await symlink(path, join(files.dir, "link"));
	expect(await makeDirectories(join(files.dir, "link"))).toBe(false);
});

test("two calls at once make the same directories", async () => {
	const path = join(files.dir, "shared/by/both");
	const made = await Promise.all([makeDirectories(path), makeDirectories(path)]);
	expect(made.toSorted()).toEqual([false, true]);
});

test("a file in the way is reported with the kernel's error", async () => {
	await writeFile(join(files.dir, "file"), "");
	await expect(makeDirectories(join(files.dir, "file"))).rejects.toMatchObject({ code: "EEXIST" });
	await expect(makeDirectories(join(files.dir, "file/below"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test.runIf(process.platform === "linux")("fails where no directory can be made", async () => {
	for (const path of ["/proc/nothing", "/proc/nothing/below/it"])
		await expect(makeDirectories(path)).rejects.toMatchObject({
			exitCode: 3,
			message: expect.stringContaining("in /proc"),
		});
});
