import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { silentProgress } from "../../harness/base/progress.ts";
import { withoutOverstrike } from "../../harness/cli/text/overstrike.ts";
import { pagesIn } from "../../harness/dev/manual-pages.ts";
import { proseOf } from "../../harness/dev/text-proofs.ts";
import type { Explanation } from "../../harness/judge/check.ts";
import { type Lesson, lessons, loadCheck } from "../../harness/judge/lessons.ts";
import { citedPage, formatPages, manualPages } from "../../harness/vm/image/manual.ts";
import {
	type Citation,
	citationIn,
	citationsInText,
	explanationsOf,
	missingPlaces,
	nothingFound,
	thingsNamedIn,
} from "../support/citations.ts";
import { newMachinePool } from "../support/guest.ts";

const machines = newMachinePool();
afterAll(() => machines.close());

const BATCH = 10;
/** In columns: no heading is longer. */
const WIDE = 200;

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

// mandoc prints typographic hyphens (U+2010).
const plainText = (page: string) => withoutOverstrike(page, false).replaceAll("\u2010", "-");

// A lesson's text, hints and explanations, and the places on manual pages that each of them names.
async function citedBy(lesson: Lesson): Promise<{ words: string[]; places: Citation[]; explanations: Explanation[] }> {
	const texts = await Promise.all(
		["README.md", "hints.md"].map((name) => readFile(inKit("lessons", lesson.id, name), "utf8")),
	);
	const explanations = explanationsOf(await loadCheck(lesson));
	const see = explanations.flatMap((explanation) => explanation.see);
	return {
		words: [...texts.map(proseOf), ...see],
		places: [...texts.flatMap(citationsInText), ...see.flatMap((text) => citationIn(text) ?? [])],
		explanations,
	};
}

describe("the manual in the image", async () => {
	const cited = await Promise.all((await lessons()).map(citedBy));
	const named = new Set(cited.flatMap(({ words }) => words).flatMap(pagesIn));
	const formatted = new Map<string, string>();
	const textOf = (page: string) => formatted.get(page) ?? "";

	beforeAll(async () => {
		const pages = (await manualPages(silentProgress)).filter((page) => named.has(citedPage(page)));
		for (let at = 0; at < pages.length; at += BATCH) {
			const texts = await formatPages(pages.slice(at, at + BATCH), WIDE, machines);
			for (const [page, text] of Object.entries(texts)) formatted.set(citedPage(page), plainText(text));
		}
	});

	test("has every page that a lesson names, and each can be formatted", () => {
		expect(named.size).toBeGreaterThan(30);
		expect([...named].filter((page) => !/^NAME$/m.test(textOf(page)))).toEqual([]);
	});

	test("has the headings and terms that texts and explanations name", () => {
		const places = cited.flatMap((lesson) => lesson.places);
		expect(places.flatMap(({ places }) => places).length).toBeGreaterThan(50);
		const missing = places.flatMap(({ page, places }) =>
			missingPlaces(places, textOf(page)).map((place) => `${page}, ${place}`),
		);
		expect(missing).toEqual([]);
	});

	test("says something of the flags and settings that an explanation names, on the pages that it cites", () => {
		const explanations = cited.flatMap((lesson) => lesson.explanations);
		expect(explanations.flatMap(thingsNamedIn).length).toBeGreaterThan(20);
		const unhelpful = explanations.flatMap((explanation) => {
			const nothing = nothingFound(explanation, textOf);
			return nothing === null ? [] : [`${explanation.diagnosis}: ${nothing}`];
		});
		expect(unhelpful).toEqual([]);
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
