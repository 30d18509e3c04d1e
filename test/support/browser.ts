import { type Browser, chromium } from "playwright-core";
import { pathOf, requirements } from "../../harness/vm/requirements.ts";

/** A real browser without a window: Debian's Chromium, or what else of its kind is here. */
export async function openBrowser(): Promise<Browser> {
	const wanted = requirements().find(({ name }) => name === "browser");
	const executablePath = wanted === undefined ? null : await pathOf(wanted);
	if (executablePath === null) throw new Error("there is no browser; try: npm run pretest");
	// It does not let root have its sandbox. What it opens is our own page.
	return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}
