import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { afterAll, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { silentProgress } from "../../harness/base/progress.ts";
import { withoutOverstrike } from "../../harness/cli/text/overstrike.ts";
import { pagesIn } from "../../harness/dev/manual-pages.ts";
import { proseOf } from "../../harness/dev/text-proofs.ts";
import { type Lesson, lessons, loadCheck } from "../../harness/judge/lessons.ts";
import { citedPage, formatPages, manualPages } from "../../harness/vm/manual.ts";
import { newMachinePool } from "../support/guest.ts";

const machines = newMachinePool();
afterAll(() => machines.close());

const BATCH = 10;

async function man(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
	return new Promise((resolve) => {
		const child = execFile(
			process.execPath,
			[inKit("harness/cli/bin.js"), "man", ...args],
			{ maxBuffer: 16 << 20 },
			(_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
		);
	});
}

// A lesson's text, hints and explanations.
async function textsOf(lesson: Lesson): Promise<string[]> {
	const { facts, exceptions } = await loadCheck(lesson);
	const texts = ["README.md", "hints.md"].map((name) => readFile(inKit("lessons", lesson.id, name), "utf8"));
	const see = [...facts.flatMap(({ explain }) => explain), ...exceptions].flatMap((explanation) => explanation.see);
	return [...(await Promise.all(texts)).map(proseOf), ...see];
}

describe("the manual in the image", () => {
	test("has every page that a lesson names, and each can be formatted", async () => {
		const available = await manualPages(silentProgress);
		const named = new Set((await Promise.all((await lessons()).map(textsOf))).flat().flatMap(pagesIn));
		expect([...named].filter((page) => !available.map(citedPage).includes(page))).toEqual([]);
		const pages = available.filter((page) => named.has(citedPage(page)));
		expect(pages.length).toBeGreaterThan(30);
		for (let at = 0; at < pages.length; at += BATCH) {
			const batch = pages.slice(at, at + BATCH);
			const formatted = await formatPages(batch, 80, machines);
			for (const page of batch) expect(withoutOverstrike(formatted[page] ?? "", false), page).toMatch(/^NAME$/m);
		}
	});

	test("lists pages by their names in Debian, and no others", async () => {
		const pages = await manualPages(silentProgress);
		for (const page of ["pivot_root.2", "mount_namespaces.7", "proc_pid_mountinfo.5", "unshare.1", "nft.8"])
			expect(pages).toContain(page);
		expect(pages).not.toContain("pivotroot.2");
	});
});

describe("drydock man", () => {
	test("shows a page as plain text in a pipe, within 80 columns", async () => {
		const { code, stdout } = await man("pivot_root.2");
		expect(code).toBe(0);
		expect(stdout).toContain("pivot_root - change the root mount");
		// biome-ignore lint/suspicious/noControlCharactersInRegex: neither overstruck letters nor escapes
		expect(stdout).not.toMatch(/[\u0008\u001b]/);
		expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
	});

	test("shows the whole of the longest page", async () => {
		const { stdout } = await man("1", "bash");
		expect(stdout).toContain("GNU Bourne-Again SHell");
		expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/BASH\(1\)$/);
	});

	test("follows a page that only refers to another", async () => {
		expect((await man("umount2(2)")).stdout).toContain("umount, umount2 - unmount filesystem");
	});

	test("without a section, shows the system call and names the rest", async () => {
		const { stdout, stderr } = await man("unshare");
		expect(stdout).toMatch(/^unshare\(2\)/);
		expect(stderr).toContain("unshare(1)");
	});

	test("an unknown page is wrong usage, and the message names the nearest pages", async () => {
		const { code, stdout, stderr } = await man("pivotroot");
		expect(code).toBe(2);
		expect(stdout).toBe("");
		expect(stderr).toContain("pivot_root(2)");
		expect(stderr).toContain("npx drydock man pivot_root.2");
	});
});
