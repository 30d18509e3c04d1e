import { readFile } from "node:fs/promises";
import { afterAll, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { drydockIn } from "../support/command.ts";
import { temporary } from "../support/temporary.ts";

/** Three steps of a demo that ran in a machine. */
const RECORDING = inKit("test/recordings/02-unshare.jsonl");

const files = await temporary();
afterAll(() => files.remove());

describe("a recording", () => {
	test("of another lesson than the requested one is refused", async () => {
		const { code, stderr } = await drydockIn(files.dir, "live", "03", "--from", RECORDING);
		expect(code).toBe(2);
		expect(stderr).toContain(`is a recording of 02-unshare\n  try: npx drydock live --from ${RECORDING}`);
	});

	test("is printed as text in a pipe, and unchanged with --json", async () => {
		const { code, stdout } = await drydockIn(files.dir, "demo", "--from", RECORDING);
		expect(code).toBe(0);
		expect(stdout).toContain("host# hostname; readlink /proc/self/ns/uts\nharbour\nuts:[");
		expect(stdout).toContain("hostname: on the host harbour; in the container web-1");
		// biome-ignore lint/suspicious/noControlCharactersInRegex: none is to be there
		expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
		const json = await drydockIn(files.dir, "demo", "--from", RECORDING, "--json");
		const events = (text: string) =>
			text
				.replaceAll("\\r\\n", "\\n")
				.split("\n")
				// Views are not compared: this drydock writes only what it reads of them.
				.filter((line) => line !== "" && !line.includes('"type":"view"'));
		expect(events(json.stdout)).toEqual(events(await readFile(RECORDING, "utf8")));
		expect(json.stdout).toContain('"type":"view"');
		expect((await drydockIn(files.dir, "demo", "03", "--from", RECORDING)).code).toBe(2);
	});
});
