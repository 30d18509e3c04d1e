import { Chalk } from "chalk";
import { describe, expect, test } from "vitest";
import { TextLayout } from "../../../harness/base/text-layout.ts";
import { changesSince } from "../../../harness/judge/changes.ts";
import { showLedgers } from "../../../harness/judge/ledger.ts";
import type { LedgerCall } from "../../../harness/protocol/index.ts";

const call = (task: string, name: string, args: Record<string, string> = {}, result = 0): LedgerCall => ({
	...{ task, call: name, args, result },
});
const fork = (task: string, pid: number) => call(task, "fork", {}, pid);
const wait = (task: string, pid: number) => call(task, "waitpid", { pid: String(pid) }, pid);

function shown(exercise: LedgerCall[], reference: LedgerCall[], { plain = false, width = 80 } = {}) {
	const layout = new TextLayout({ width, color: false, plain }, new Chalk({ level: 0 }));
	showLedgers(layout, { exercise, reference });
	return layout.text().trim().split("\n");
}

describe("showLedgers", () => {
	test("a forked process is below its fork and indented, whatever came first in time", () => {
		const calls = [fork("1", 5), wait("1", 5), call("1.1", "chdir", { path: '"/"' })];
		expect(shown(calls, calls).slice(1, 4)).toEqual([
			expect.stringMatching(/^fork\(\) = 5 +│ fork\(\) = 5$/),
			expect.stringMatching(/^ {2}chdir\("\/"\) +│ {3}chdir\("\/"\)$/),
			expect.stringMatching(/^waitpid\(5\) = 5 +│ waitpid\(5\) = 5$/),
		]);
	});

	test("only the first difference is marked", () => {
		const reference = [call("1", "unshare"), call("1", "chdir"), call("1", "umount2"), call("1", "execve")];
		const lines = shown([reference[1], reference[3]] as LedgerCall[], reference);
		expect(lines.filter((line) => line.includes("≠"))).toEqual([expect.stringMatching(/^ +≠ unshare\(\)$/)]);
	});

	test("numbers of processes and descriptors, and the command's token, make no difference", () => {
		const calls = (pid: number, token: string) => [
			...[fork("1", pid), wait("1", pid), call("1", "setns", { fd: String(pid) })],
			call("1", "execve", { path: `["sh", "drydock-${token}"]` }),
		];
		const text = shown(calls(5, "0123abcd"), calls(77, "fedc9876")).join("\n");
		expect(text).not.toContain("≠");
		expect(text).toContain("The same calls, in the same order");
	});

	test("a container's drawn id, in a path, makes no difference", () => {
		const calls = (id: string) => [call("1", "mount", { target: `"/run/box/${id}/merged"` })];
		expect(shown(calls("33e66b40"), calls("44f41db0")).join("\n")).not.toContain("≠");
	});

	test("an init passes on the drawn code of its own command; another one is a difference", () => {
		const calls = (drawn: string, passedOn = drawn) => [
			call("1", "execve", { argv: `["sh", "-c", "trap 'exit ${drawn}' TERM"]` }),
			call("1", "_exit", { status: passedOn }),
		];
		expect(shown(calls("39"), calls("94")).join("\n")).not.toContain("≠");
		expect(shown(calls("39", "1"), calls("94")).join("\n")).toMatch(/_exit\(1\) +≠/);
	});

	test("a refused call differs from a call that succeeds", () => {
		const refused = { ...call("1", "mount"), error: "EPERM (1)" };
		expect(shown([refused], [call("1", "mount")]).join("\n")).toMatch(/mount\(\) = EPERM \(1\) +≠/);
	});

	describe("for writes to files", () => {
		const write = (path: string, data: string) =>
			call("1", "fs.writeFileSync", { path: JSON.stringify(path), data: JSON.stringify(data) });
		const isSame = (one: LedgerCall, other: LedgerCall) => !shown([one], [other]).join("\n").includes("≠");

		test("another file, another word and another digit are a difference", () => {
			expect(isSame(write("/a", "1"), write("/a", "1"))).toBe(true);
			expect(isSame(write("/a", "1"), write("/b", "1"))).toBe(false);
			expect(isSame(write("/a", "1"), write("/a", "0"))).toBe(false);
			expect(isSame(write("/a", "0"), write("/a", "67108864"))).toBe(false);
			expect(isSame(write("/a", "+cpu"), write("/a", "+memory"))).toBe(false);
		});

		test("numbers that depend on the inputs are none, and the report says so", () => {
			expect(isSame(write("/a-0123abcd", "57000 100000"), write("/a-fedc9876", "55000 100000"))).toBe(true);
			const digests = ["0a".repeat(32), "b1".repeat(32)].map((digest) => write(`/blobs/sha256/${digest}`, digest));
			expect(isSame(digests[0] as LedgerCall, digests[1] as LedgerCall)).toBe(true);
			const text = shown([write("/a", "12")], [write("/a", "13")], { width: 200 }).join("\n");
			expect(text).toMatch(/fs\.writeFileSync\("\/a", "12"\) +│ fs\.writeFileSync\("\/a", "13"\)/);
			expect(text).toContain("not compared: numbers of two or more digits");
		});
	});

	test("only the first and the last of a hundred equal calls are shown", () => {
		const many = Array.from({ length: 100 }, (_, pid) => call("1", "waitpid", { pid: "-1" }, pid + 1));
		const lines = shown([], many);
		expect(lines).toHaveLength(4);
		expect(lines[1]).toMatch(/waitpid\(-1\) = 1$/);
		expect(lines[2]).toMatch(/… 98 more …$/);
		expect(lines[3]).toMatch(/waitpid\(-1\) = 100$/);
	});

	test("no line is wider than the terminal", () => {
		const calls = [call("1", "mount", { source: `"${"x".repeat(60)}"`, target: `"${"y".repeat(60)}"` })];
		for (const width of [40, 80, 120])
			for (const line of shown(calls, calls, { width })) expect(line.length).toBeLessThanOrEqual(width);
	});

	test("in plain text, nothing is side by side", () => {
		const lines = shown([call("1", "chdir")], [call("1", "unshare"), call("1", "chdir")], { plain: true });
		expect(lines).toEqual([
			...["your system calls", "the first difference:", "chdir()", ""],
			...["the reference's system calls", "the first difference:", "unshare()", "chdir()"],
		]);
	});
});

test("changesSince lists the findings that are fixed, new and left", () => {
	const finding = (fact: string) => ({ fact, what: `the ${fact}` });
	expect(changesSince([finding("root"), finding("mounts")], [finding("mounts"), finding("cwd")])).toEqual({
		fixed: ["the root"],
		newlyWrong: ["the cwd"],
		stillWrong: ["the mounts"],
	});
});

test("changesSince calls nothing fixed while the module cannot be loaded, and says when it can be loaded again", () => {
	const finding = (fact: string) => ({ fact, what: `the ${fact}` });
	expect(changesSince([finding("root"), finding("ending")], [finding("module")]).fixed).toEqual([]);
	expect(changesSince([finding("module")], [finding("module")]).fixed).toEqual([]);
	for (const next of ["root", "ending", "machine"])
		expect(changesSince([finding("module")], [finding(next)]).fixed).toEqual(["the module"]);
});

test("changesSince calls nothing fixed in a run that did not come to its end", () => {
	const finding = (fact: string) => ({ fact, what: `the ${fact}` });
	expect(changesSince([finding("root")], [finding("ending")]).fixed).toEqual([]);
	expect(changesSince([finding("root"), finding("ending")], [finding("ending")]).fixed).toEqual(["the root"]);
});

describe("showLedgers, whatever a ledger contains", () => {
	const longest = 8_192;

	test("processes of thousands of generations are indented no deeper than there is room, and long arguments are cut", () => {
		const task = `1.1${".1".repeat(4_000)}`;
		const calls = Array.from({ length: 16 }, (_, at) => call(task, `call${at}`, { a: `${at}${"x".repeat(8_000)}` }));
		for (const plain of [false, true]) {
			const lines = shown(calls, [call("1", "chdir")], { plain });
			expect(lines.length).toBeLessThan(500);
			expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
			expect(lines.join(" ")).toContain("(generation 4001)");
		}
	});

	test("only the first calls of a very long list are shown, and the rest is counted", () => {
		const calls = Array.from({ length: 4_096 }, (_, at) => call("1", `call${at}`, { a: "x".repeat(longest) }));
		const lines = shown(calls, [call("1", "chdir")]);
		expect(lines.at(-1)).toMatch(/^… 3846 more …/);
		expect(lines.length).toBeLessThan(10_000);
	});

	test("of very long lists that are equal, the report says only that the first calls are the same", () => {
		const many = Array.from({ length: 300 }, () => call("1", "getpid"));
		expect(shown(many, many).join(" ")).toContain("The first 250 calls are the same, in the same order.");
	});

	test("2,000 generations of processes are shown", () => {
		const tasks = Array.from({ length: 2_000 }, (_, depth) => `1${".1".repeat(depth)}`);
		expect(
			shown(
				tasks.map((task) => call(task, "fork", {}, 7)),
				[],
			).length,
		).toBeGreaterThan(10);
	});
});
