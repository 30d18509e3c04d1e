import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { drydockIn } from "../support/command.ts";
import { inContainer } from "../support/container.ts";
import { makeDebian } from "../support/debian.ts";
import { temporary } from "../support/temporary.ts";
import { makeClass, NAMES, PASSED } from "../support/three-submissions.ts";

const files = await temporary();
afterAll(() => files.remove());

test("from an empty Debian, the zip file grades three submissions to the right results.json", async () => {
	const at = (path: string) => join(files.dir, path);
	const made = await drydockIn(
		files.dir,
		"class",
		"kit",
		"gradescope",
		"--lesson",
		"02",
		"--out",
		at("shared/kit.zip"),
	);
	expect(made).toMatchObject({ code: 0 });
	// Gradescope unpacks the file itself.
	await makeDebian(at("root"), "bookworm", ["unzip"]);
	await makeClass(at("shared/class"));
	await mkdir(at("shared/results"));
	const container = { root: at("root"), shared: at("shared") };
	await inContainer(
		`mkdir -p /autograder/source && cd /autograder/source && unzip -q ${at("shared/kit.zip")}
		bash setup.sh && cp run_autograder /autograder`,
		container,
	);
	for (const name of NAMES)
		await inContainer(
			`cd /autograder && rm -rf submission results && mkdir results && cp -r ${at("shared/class")}/${name} submission
			./run_autograder && cp results/results.json ${at("shared/results")}/${name}.json`,
			container,
		);
	for (const name of NAMES) {
		const { tests } = JSON.parse(await readFile(at(`shared/results/${name}.json`), "utf8"));
		expect([name, tests.map((one: { status: string }) => one.status)]).toEqual([
			name,
			[PASSED[name] ? "passed" : "failed"],
		]);
	}
});
