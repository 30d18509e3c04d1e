import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { refuseSubmittedPath } from "../../../../harness/classroom/formats/report-path.ts";
import { type Temporary, temporary } from "../../../support/temporary.ts";

let files: Temporary;
let graded: string;
beforeAll(async () => {
	files = await temporary();
	graded = join(files.dir, "class");
	await mkdir(graded);
	await symlink(graded, join(files.dir, "link"));
	await symlink("/etc", join(graded, "reports"));
});
afterAll(() => files.remove());

test("a report does not go through a link that was handed in", async () => {
	await expect(refuseSubmittedPath(graded, join(graded, "reports", "a.txt"), ".txt")).rejects.toThrow("was handed in");
});

test("the caller's own link to the graded folder may be the reports' folder", async () => {
	const link = join(files.dir, "link");
	await expect(refuseSubmittedPath(link, link, ".txt")).resolves.toBeUndefined();
});
