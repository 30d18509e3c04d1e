import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { findLesson, readLesson } from "../harness/judge/lessons.ts";
import { dispatch } from "../harness/live/dispatch.ts";
import type { DemoEvent } from "../harness/live/events.ts";
import { makePage } from "../harness/live/page.ts";
import { Playback } from "../harness/live/recording/playback.ts";
import { readRecording } from "../harness/live/recording/recording.ts";
import { openServer } from "../harness/live/server.ts";
import { openBrowser } from "./support/browser.ts";

// Takes pictures of the live page, to be looked at: `npm run screens -- FILE.jsonl --step 3 --out DIR`. The file is a
// recording (`npx drydock demo record 05 --out FILE.jsonl`). Each view that the demo has is shown before that step and after
// it, and then the lesson's text: on screens of three sizes, in both themes, in normal and in large text.

const SCREENS = { projector: [1280, 720], wide: [1920, 1080], phone: [390, 844] } as const;
const THEMES = ["light", "dark"] as const;
const TEXT_SIZES = ["normal", "large"] as const;
/** Within this time, a page draws its contents again after its size has changed, and shows the last output of a shell. */
const REDRAWN_MS = 400;
/** A busy computer takes its time for twelve pages. A page that has not drawn the step by then is a failure. */
const PATIENCE_MS = 300_000;

const { positionals, values } = parseArgs({
	allowPositionals: true,
	options: {
		step: { type: "string", default: "1" },
		out: { type: "string", default: "screens" },
		/** The compositions to show. */
		show: { type: "string", default: "say,do,read" },
		screens: { type: "string", default: Object.keys(SCREENS).join() },
		/** The presenter's page instead of the audience's. */
		presenter: { type: "boolean", default: false },
		/** Keys that the presenter presses before the pictures of a composition, such as `f`. */
		keys: { type: "string", default: "" },
	},
});
const [file] = positionals;
if (file === undefined) throw new Error("name a recording");
const events: DemoEvent[] = await readRecording(file, "live");
const [head] = events;
if (head?.type !== "demo") throw new Error("the recording has no header");
const { lesson, views = [] } = head;
await mkdir(values.out, { recursive: true });

let player: Playback | undefined;
const server = await openServer({
	...{ port: 0, share: true, recorded: true },
	page: await makePage(lesson, await readLesson(await findLesson(lesson))),
	dispatch: async (message) => player && dispatch(player, message),
});
/** Where the demo is, as the pages show it when they have drawn all that they were sent; see page/panes.ts. */
let place: { step: number; phase: string; atMs: number | null } = { step: 0, phase: "", atMs: null };
player = await Playback.open(events, (event) => {
	if (event.type === "step") place = { ...place, step: event.step, phase: event.phase };
	if (event.type === "view") place = { ...place, atMs: event.atMs };
	return server.audience.sendEvent(event);
});
const browser = await openBrowser();
const presenter = await browser.newPage();
await presenter.goto(server.link);
// A key that is pressed before the page is there is lost.
await presenter.locator("#place:not(:empty)").waitFor({ timeout: PATIENCE_MS });
const pages = await openPages((values.presenter ? server.link : server.shared) ?? server.link);
const shown = values.show.split(",");
await player.jump(Number(values.step));
if (shown.includes("say")) await takeViews("say");
// The second `next` shows the step's end at once.
const played = player.next();
await player.next();
await played;
if (shown.includes("do")) await takeViews("do");
if (shown.includes("read")) {
	// When a page hears that the demo goes on, it stops showing the lesson's text.
	await waitUntilDrawn({ ...place });
	await presenter.keyboard.press("l");
	await take("read", { name: "read" });
}
await browser.close();
await player.close();
await server.close();

/** Opens a page for each screen, theme and text size. */
async function openPages(link: string) {
	const opened: { name: string; page: Page; fullPage: boolean }[] = [];
	for (const [screen, [width, height]] of Object.entries(SCREENS).filter(([name]) => values.screens.includes(name)))
		for (const theme of THEMES)
			for (const textSize of TEXT_SIZES) {
				const context = await browser.newContext({
					viewport: { width, height },
					colorScheme: theme,
					reducedMotion: "reduce",
				});
				const page = await context.newPage();
				await page.goto(link);
				await page.locator("#place:not(:empty)").waitFor({ timeout: PATIENCE_MS });
				if (textSize === "large") await page.keyboard.press("t");
				opened.push({ name: `${screen}-${theme}-${textSize}`, page, fullPage: screen === "phone" });
			}
	return opened;
}

async function takeViews(composition: string) {
	for (const key of values.keys) await presenter.keyboard.press(key);
	for (const [index, view] of views.entries()) {
		await presenter.keyboard.press(String(index + 1));
		await take(`${composition}-${view}`, { view });
	}
}

/** Waits until all pages have drawn what is expected; see page/panes.ts. They show what the presenter's page shows. */
async function waitUntilDrawn(expected: Record<string, unknown>) {
	const isThere = (wanted: Record<string, unknown>) => {
		const drawn: Record<string, unknown> = JSON.parse(document.getElementById("main")?.dataset["drawn"] ?? "{}");
		return Object.entries(wanted).every(([key, value]) => JSON.stringify(drawn[key]) === JSON.stringify(value));
	};
	await presenter.waitForFunction(isThere, expected, { timeout: PATIENCE_MS });
	const drawn = (await presenter.locator("#main").getAttribute("data-drawn")) ?? "{}";
	for (const { page } of pages) {
		await page.waitForFunction(isThere, JSON.parse(drawn), { timeout: PATIENCE_MS });
		await page.locator("[data-writing]").first().waitFor({ state: "detached", timeout: PATIENCE_MS });
	}
	await presenter.waitForTimeout(REDRAWN_MS);
}

/** Takes a picture of each page. */
async function take(what: string, expected: { view: string } | { name: string }) {
	await waitUntilDrawn({ ...place, ...expected });
	for (const { name, page, fullPage } of pages) {
		const picture = `${lesson.slice(0, 2)}-${values.step}-${what}-${name}`;
		await page.screenshot({ path: join(values.out, `${picture}.png`), fullPage, timeout: PATIENCE_MS });
		process.stdout.write(`${picture}\n`);
	}
}
