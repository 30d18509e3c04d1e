import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { inKit } from "../../../harness/base/kit.ts";
import { boxOptions, engineText } from "../../../harness/engine/engine-at.ts";
import { referenceProgram } from "../../../harness/engine/reference-program.ts";
import { lessons } from "../../../harness/judge/lessons.ts";

const all = (await lessons()).map(({ id }) => id);
const lessonOf = (file: string) => /\/(\d\d-[^/]+)\/[^/]+$/.exec(file)?.[1] ?? [];

describe.each(all)("the program that %s is checked with", (id) => {
	test("is made of this lesson and earlier ones only, and of this one's module", async () => {
		const { files } = await referenceProgram(id);
		const there = new Set(files.flatMap(lessonOf));
		expect([...there].filter((lesson) => lesson > id)).toEqual([]);
		expect(there).toContain(id);
	});
});

test("the program of lesson 05 has no code of later lessons", async () => {
	const { code } = await referenceProgram("05-pid1");
	expect(code).toContain("CLONE_NEWPID");
	for (const word of ["cgroup.procs", "lowerdir", "nft", "manifest.json"]) expect(code).not.toContain(word);
});

test("a later lesson's part replaces an earlier lesson's part whose work it does better", async () => {
	const partsAt = (upTo: string) =>
		[...engineText("solutions/box.ts", upTo).matchAll(/"\.\/(\d\d)-/g)].map(([, n]) => n);
	expect(partsAt("03")).toEqual(["02", "03"]);
	expect(partsAt("04")).toEqual(["02", "04"]);
});

test("every lesson except the first has a line in the list", async () => {
	const list = await readFile(inKit("solutions/box.ts"), "utf8");
	for (const id of all.slice(1)) expect(list).toContain(`import "./${id}/part.ts"`);
});

test("options and the usage text come from the parts in the engine, in the order of the lessons", () => {
	expect(Object.keys(boxOptions())).toEqual([
		...["hostname", "pid", "memory", "pids", "cpus", "network", "publish", "device", "dns"],
		...["volume", "tmpfs", "user", "group-add", "interactive", "tty", "security-opt"],
	]);
	expect(Object.keys(boxOptions("05"))).toEqual(["hostname", "pid"]);
	expect(Object.keys(boxOptions("99", "exec"))).toEqual([
		...["user", "group-add", "workdir", "interactive", "tty", "security-opt"],
	]);
	const usage = engineText("solutions/commands/run.txt", "06");
	expect(usage).toContain("  --pids NUMBER         how many processes it may have\n");
	expect(usage).not.toMatch(/--publish|\{OPTIONS\}/);
	expect(engineText("solutions/commands/run.txt", "11")).toContain("\n  -v, --volume FROM:DIR[:ro]\n       ");
	expect(engineText("solutions/commands/run.txt", "14")).toContain("\n  -t, --tty             give it");
	const whole = engineText("solutions/commands/run.txt").split("\n");
	expect(whole.filter((line) => line.length > 80)).toEqual([]);
});
