import { appendFile, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { zx } from "../../harness/base/zx.ts";
import { copyKit } from "../support/kit-copy.ts";
import { recordsText } from "../support/records.ts";
import { temporary } from "../support/temporary.ts";
import { TEST_FILES } from "../support/test-files.ts";

// Asks a copy of the kit what its tests would try, after each of several changes. No machine is started.

interface Planned {
	lesson: string;
	name: string;
	key: string;
	expected: string[];
	isKnown: boolean;
	isTried: boolean;
}

const files = await temporary();
afterAll(() => files.remove());

test("a record holds until something changes that its result depends on", { timeout: 600_000 }, async () => {
	const kit = await copyKit(files.dir);
	for (const name of ["test", "vitest.config.ts", "README.md", "CONTRIBUTING.md", "biome.json"])
		await cp(inKit(name), join(kit, name), { recursive: true });
	await mkdir(join(kit, "test/records"), { recursive: true });
	const edit = async (path: string, change: (text: string) => string) => {
		const before = await readFile(join(kit, path), "utf8");
		expect(change(before), path).not.toBe(before);
		await writeFile(join(kit, path), change(before));
	};
	const plan = async (...options: string[]): Promise<Planned[]> => {
		const $ = (await zx())({ cwd: kit });
		const { stdout } = await $`${process.execPath} --import tsx test/run.ts plan --seed 1 ${options}`;
		return JSON.parse(stdout) as Planned[];
	};

	const all = await plan();
	for (const lesson of new Set(all.map((item) => item.lesson))) {
		const records = all
			.filter((item) => item.lesson === lesson)
			.map(({ name, key, expected: [result = ""] }) => [name, { key, result }] as const);
		await writeFile(join(kit, "test/records", `${lesson}.txt`), recordsText(new Map(records)));
	}
	// Two shards have every item once, each about half.
	const shards = await Promise.all([plan("--shard", "1/2"), plan("--shard", "2/2")]);
	const [first = [], second = []] = shards.map((planned) => planned.filter(({ isTried }) => isTried));
	expect(first.length + second.length).toBe(all.length);
	expect(first.filter(({ lesson, name }) => second.some((one) => one.lesson === lesson && one.name === name))).toEqual(
		[],
	);
	expect(first.length / all.length).toBeGreaterThan(0.4);
	expect(second.length / all.length).toBeGreaterThan(0.4);

	// Changes that no result depends on.
	for (const file of ["harness/guest/agent.ts", "vitest.config.ts"])
		await appendFile(join(kit, file), "// A comment.\n");
	await appendFile(join(kit, "test/hostile/README.md"), "\nA sentence.\n");
	await appendFile(join(kit, "lessons/02-unshare/hints.md"), "\nA hint.\n");
	// A submission; a check's explanation; a record; then a solution.
	await edit("test/submissions/02-unshare/wrong/no-ipc.ts", (text) => text.replace("CLONE_NEWUTS)", "0)"));
	await edit("lessons/03-chroot/check.ts", (text) => text.replace('why: "', 'why: "Because: '));
	await edit("test/records/05-pid1.txt", (text) => text.replace(/^[0-9a-f]{16}(\twrong\/)/m, "0000000000000000$1"));
	// Whatever has no record is tried.
	const few = (await plan()).filter(({ isKnown }) => !isKnown);
	expect(few.filter(({ isTried }) => !isTried)).toEqual([]);
	await edit("solutions/08-network/network.ts", (text) => text.replace(":58:00:01", ":58:00:02"));

	const after = await plan();
	const unknown = after.filter(({ isKnown }) => !isKnown);
	const names = (lesson: string) => unknown.filter((item) => item.lesson === lesson).map(({ name }) => name);
	expect(names("02-unshare")).toEqual(expect.arrayContaining(["wrong/no-ipc"]));
	const isModule = (name: string) => /^(right|wrong|mutant|hostile)\//.test(name);
	expect(names("02-unshare").filter(isModule)).toEqual(["wrong/no-ipc"]);
	expect(names("04-pivot-root").filter(isModule)).toEqual([]);
	expect(names("05-pid1").filter(isModule)).toHaveLength(1);
	const modulesOf = (lesson: string) => after.filter((item) => item.lesson === lesson && isModule(item.name));
	expect(names("03-chroot").filter(isModule)).toHaveLength(modulesOf("03-chroot").length);
	expect(names("08-network").filter(isModule)).toHaveLength(modulesOf("08-network").length);
	// The engine has another module now. Most test files do not run the engine.
	expect(names(TEST_FILES)).toContain("vm/box.test.ts");
	expect(names(TEST_FILES)).not.toContain("vm/native/signals.test.ts");
	// A test file without a record is tried in any case.
	expect(unknown.filter(({ lesson, isTried }) => lesson === TEST_FILES && !isTried)).toEqual([]);
	// Of what has a record, a tenth is tried.
	const known = after.filter(({ isKnown }) => isKnown);
	const drawn = known.filter(({ isTried }) => isTried).length;
	expect(drawn / known.length).toBeGreaterThan(0.05);
	expect(drawn / known.length).toBeLessThan(0.15);

	// A change of the host's programs: no verdict depends on it.
	await edit("harness/vm/deadlines.ts", (text) =>
		text.replace("BUSY_BUDGET_FACTOR_MAX = 1.5", "BUSY_BUDGET_FACTOR_MAX = 2"),
	);
	const onHost = await plan();
	expect(onHost.filter(({ lesson, isKnown }) => lesson === TEST_FILES && isKnown)).toEqual([]);
	const modulesIn = (planned: Planned[]) => planned.filter(({ name }) => isModule(name));
	expect(modulesIn(onHost)).toEqual(modulesIn(after));

	await appendFile(join(kit, "harness/guest/agent.ts"), 'process.title = "another";\n');
	const none = await plan();
	expect(none.filter(({ isKnown }) => isKnown)).toEqual([]);
	// So many items are too many for one run. Each may be drawn.
	const triedNow = none.filter(({ lesson, isTried }) => lesson !== TEST_FILES && isTried);
	expect(triedNow.length).toBeGreaterThan(150);
	expect(triedNow.length).toBeLessThan(250);
	expect(new Set(triedNow.map(({ lesson }) => lesson))).toEqual(
		new Set(none.map(({ lesson }) => lesson).filter((lesson) => lesson !== TEST_FILES)),
	);
});
