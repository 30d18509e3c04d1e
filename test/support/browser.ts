import { type Browser, chromium } from "playwright-core";
import { pathOf, requirements } from "../../harness/vm/computer/requirements.ts";

/** A browser without a window: Debian's Chromium, or another Chromium that is installed. */
export async function openBrowser(): Promise<Browser> {
	const wanted = requirements().find(({ name }) => name === "browser");
	const executablePath = wanted === undefined ? null : await pathOf(wanted);
	if (executablePath === null) throw new Error("there is no browser; try: npm run pretest");
	// Chromium cannot use its sandbox as root. It needs none here, because it opens only our own page.
	return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}
