import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { referenceProgram } from "../../harness/engine/reference-program.ts";
import { lessons } from "../../harness/judge/lessons.ts";
import { copyKit } from "../support/kit-copy.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

const all = (await lessons()).map(({ id }) => id);
/** Prints the program of each lesson's check, all as one JSON document. */
const BUNDLE_ALL = `
import { bundle } from "./harness/engine/bundle.ts";
import { engineAt } from "./harness/engine/engine-at.ts";
const codes = process.argv.slice(1).map(async (id) => [id, (await bundle(engineAt(id), new Map())).code]);
const text = JSON.stringify(Object.fromEntries(await Promise.all(codes)));
process.stdout.write(text, () => process.exit());
`;

async function programsOf(kit: string, ids: string[]): Promise<Record<string, string>> {
	const args = ["--import", "tsx", "--input-type=module", "--eval", BUNDLE_ALL, ...ids];
	const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: kit, maxBuffer: 1 << 26 });
	return JSON.parse(stdout);
}

test("parts that later lessons add to the list's beginning and to its end leave all other programs as they were, byte for byte", async () => {
	const kit = await copyKit(files.dir);
	const list = await readFile(join(kit, "solutions/box.ts"), "utf8");
	const [first, last] = ["98-example", "99-example"] as const;
	for (const id of [first, last]) {
		await mkdir(join(kit, "solutions", id));
		await writeFile(join(kit, "solutions", id, "part.ts"), EXAMPLE);
		await writeFile(join(kit, "solutions", id, "options.json"), '{ "later": { "value": "X", "help": "later" } }');
	}
	const line = (id: string) => `import "./${id}/part.ts";\n`;
	const longer = list
		.replace('import "./06-cgroups/part.ts";', (begin) => line(first) + begin)
		.replace("\nexport {", (end) => line(last) + end);
	expect(longer).toHaveLength(list.length + 2 * line(first).length);
	await writeFile(join(kit, "solutions/box.ts"), longer);
	const { [first]: one, [last]: both, ...others } = await programsOf(kit, [...all, first, last]);
	expect(one?.split("= 99;")).toHaveLength(2);
	expect(both?.split("= 99;")).toHaveLength(3);
	const here = all.map(async (id) => [id, (await referenceProgram(id)).code] as const);
	expect(others).toEqual(Object.fromEntries(await Promise.all(here)));
});

/** Declares names that other modules declare, too. So the bundler must rename some when it includes this part. */
const EXAMPLE = `import { part } from "../part.ts";
import options from "./options.json";
const PAUSE_MS = 99;
part({ when: "later", options, enter: () => console.log(PAUSE_MS) });
`;
