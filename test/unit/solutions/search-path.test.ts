import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findOnSearchPath } from "../../../solutions/search-path.ts";
import { temporary } from "../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

test("a bare command is found in any of the layers, in the order of the path; a path stays as it is", async () => {
	const [top, base] = [join(files.dir, "top"), join(files.dir, "base")];
	await mkdir(join(top, "bin"), { recursive: true });
	await mkdir(join(base, "usr/bin"), { recursive: true });
	await writeFile(join(top, "bin/both"), "");
	await writeFile(join(base, "usr/bin/both"), "");
	// The link's target exists only inside the container.
	await symlink("/bin/busybox", join(top, "bin/sh"));
	const layers = [top, base];
	expect(findOnSearchPath(["both", "1"], layers)).toEqual(["/usr/bin/both", "1"]);
	expect(findOnSearchPath(["sh"], layers)).toEqual(["/bin/sh"]);
	expect(findOnSearchPath(["./sh"], layers)).toEqual(["./sh"]);
	expect(findOnSearchPath(["none"], layers)).toEqual(["none"]);
});
