import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { findLesson, readLesson } from "../../harness/judge/lessons.ts";
import { dispatch } from "../../harness/live/dispatch.ts";
import type { DemoEvent } from "../../harness/live/events.ts";
import { makePage } from "../../harness/live/page.ts";
import { Playback } from "../../harness/live/recording/playback.ts";
import { readRecording } from "../../harness/live/recording/recording.ts";
import { openServer, type Server } from "../../harness/live/server.ts";
import { openBrowser } from "../support/browser.ts";

// What the page shows, and when. A recording is enough for that, so there is no machine in these tests.

const PATIENCE_MS = 30_000;
const PROJECTOR = { width: 1280, height: 720 };
const LARGE_PROJECTOR = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };
const NOTE = "a note for the presenter";

const open: (() => Promise<unknown>)[] = [];
let browser: Browser;
beforeAll(async () => {
	browser = await openBrowser();
});
afterEach(async () => {
	for (const close of open.splice(0).reverse()) await close();
});
afterAll(() => browser.close());

/** A recorded demo on its server: with two views, and a note on its first step. */
async function recordedDemo(): Promise<Server> {
	const [head, ...rest] = await readRecording(inKit("test/recordings/02-unshare.jsonl"), "live");
	if (head?.type !== "demo") throw new Error("the recording has no header");
	const steps = head.steps.map((step, index) => (index === 0 ? { ...step, note: NOTE } : step));
	const events: DemoEvent[] = [{ ...head, views: ["namespaces", "answers"], steps }, ...rest];
	let player: Playback | undefined;
	const server = await openServer({
		...{ port: 0, share: true, recorded: true },
		page: await makePage("02-unshare", await readLesson(await findLesson("02"))),
		dispatch: async (message) => player && dispatch(player, message),
	});
	open.push(() => server.close());
	player = await Playback.open(events, server.audience.sendEvent);
	open.push(player.close.bind(player));
	return server;
}

async function look(link: string, viewport = PROJECTOR, colorScheme: "light" | "dark" = "dark"): Promise<Page> {
	const context = await browser.newContext({ viewport, colorScheme });
	open.push(() => context.close());
	const page = await context.newPage();
	await page.goto(link);
	await shows(page, "#place", /step 1 of 3/);
	return page;
}

const shows = (page: Page, selector: string, text: RegExp) =>
	expect
		.poll(async () => (await page.locator(selector).allInnerTexts()).join("\n"), { timeout: PATIENCE_MS })
		.toMatch(text);
const composition = (page: Page) => page.locator("main").getAttribute("data-composition");
/** The panes that are on the page. */
const panes = (page: Page) =>
	page.locator("main > *").evaluateAll((all) => all.filter((one) => one.checkVisibility()).map(({ id }) => id));

async function press(page: Page, ...keys: string[]): Promise<void> {
	for (const key of keys) await page.keyboard.press(key);
}

async function playStep(page: Page): Promise<void> {
	await press(page, " ");
	await shows(page, ".stage", /typed|running|done/);
	// The second key shows the rest of it at once.
	if (!(await page.locator(".stage").innerText()).includes("done")) await press(page, " ");
	await shows(page, ".stage", /done/);
}

/** What axe-core objects to. */
async function faults(page: Page): Promise<string[]> {
	await page.evaluate(axe.source);
	const { violations } = await page.evaluate(() =>
		(globalThis as unknown as { axe: typeof axe }).axe.run(document, {
			rules: { "label-content-name-mismatch": { enabled: true } },
		}),
	);
	return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
}

/** Texts that are wider than their element, or are cut by the window; and words that are broken. */
const cut = (page: Page) =>
	page.evaluate(() =>
		[...document.querySelectorAll<HTMLElement>("h1, .narration, .look, .command, .tabs button, #latest-change, .clock")]
			.filter((element) => element.checkVisibility())
			.filter((element) => {
				const { left, right } = element.getBoundingClientRect();
				return element.scrollWidth > element.clientWidth + 1 || left < 0 || right > innerWidth + 1;
			})
			.map(({ className, id, tagName }) => `${tagName} ${id} ${className}`),
	);

describe("axe-core finds nothing", () => {
	const STATES: Record<string, (page: Page) => Promise<unknown>> = {
		"before a step": async () => {},
		"after a step": playStep,
		"the note": (page) => press(page, "p"),
		"the past": async (page) => {
			await playStep(page);
			await press(page, ",", ",");
			await shows(page, "#state", /Past/);
		},
		"the lesson": (page) => press(page, "l"),
		"the drawing alone": (page) => press(page, "f"),
		"the shell alone": async (page) => {
			await playStep(page);
			await press(page, "f", "f", "f");
		},
		"large type": (page) => press(page, "t"),
		"the other view": (page) => press(page, "2"),
		keys: (page) => press(page, "?"),
		"all steps": (page) => press(page, "g"),
		"how to follow": (page) => press(page, "s"),
		"the question whether to end": (page) => press(page, "q"),
	};
	test.each([
		["a projector", PROJECTOR],
		["a phone", PHONE],
	] as const)(
		"on the presenter's page in both themes: %s",
		async (_, viewport) => {
			const page = await look((await recordedDemo()).link, viewport);
			const found: Record<string, string[]> = {};
			for (const [state, reach] of Object.entries(STATES)) {
				await reach(page);
				found[state] = await faults(page);
				await page.keyboard.press("Escape");
				await page.locator("dialog").waitFor({ state: "hidden" });
				await press(page, "d", "R");
				await shows(page, "#state", /^$/);
				await reach(page);
				found[state].push(...(await faults(page)));
				await page.keyboard.press("Escape");
				await page.locator("dialog").waitFor({ state: "hidden" });
				await press(page, "d", "R");
				await shows(page, "#state", /^$/);
				await shows(page, "#place", /step 1 of 3/);
			}
			expect(found).toEqual(Object.fromEntries(Object.keys(STATES).map((state) => [state, []])));
		},
		300_000,
	);

	test("on a follower's page, and when the connection is lost", async () => {
		const server = await recordedDemo();
		const page = await look(server.shared ?? "");
		expect(await faults(page)).toEqual([]);
		await server.close();
		await shows(page, "#connection", /lost|over/);
		expect(await faults(page)).toEqual([]);
	});
});

describe("the composition follows the demo", () => {
	test("say before a step, do while it is played and after; keys show others, until the next step", async () => {
		const page = await look((await recordedDemo()).link);
		expect(await panes(page)).toEqual(["sentence", "view"]);
		await playStep(page);
		expect(await composition(page)).toBe("do");
		expect(await panes(page)).toEqual(["sentence", "shells", "view"]);
		await press(page, "m");
		expect(await composition(page)).toBe("say");
		await press(page, "l");
		expect(await panes(page)).toEqual(["lesson"]);
		await press(page, "l");
		await press(page, "f");
		expect(await panes(page)).toEqual(["view"]);
		await press(page, "n");
		await shows(page, "#place", /step 2/);
		expect(await panes(page)).toEqual(["sentence", "view"]);
	});

	test("only the demo's views and shells are there", async () => {
		const page = await look((await recordedDemo()).link);
		expect(await page.locator("#view-tabs button").allInnerTexts()).toEqual(["Namespaces", "Two answers"]);
		await press(page, "3");
		await shows(page, "#view-tabs [aria-selected=true]", /Namespaces/);
		await press(page, "2");
		await shows(page, "#view-tabs [aria-selected=true]", /Two answers/);
	});

	test("in a recording, no key pretends to type, and no help says so", async () => {
		const page = await look((await recordedDemo()).link);
		await press(page, "h");
		expect(await panes(page)).toEqual(["sentence", "view"]);
		await press(page, "?");
		await shows(page, "dialog", /Keys/);
		expect(await page.locator("dialog").innerText()).not.toContain("type into");
	});

	test("a note is offered only where there is one", async () => {
		const page = await look((await recordedDemo()).link);
		await press(page, "p");
		await shows(page, "#desk", new RegExp(NOTE));
		await playStep(page);
		await press(page, "n");
		await shows(page, "#place", /step 2/);
		expect(await page.getByRole("button", { name: "note" }).count()).toBe(0);
		await press(page, "p");
		expect(await page.locator("#desk .note").count()).toBe(0);
	});

	test("q asks, and only the answer ends the demo", async () => {
		const server = await recordedDemo();
		const page = await look(server.link);
		let ended = false;
		void server.audience.ended.then(() => {
			ended = true;
		});
		await press(page, "q");
		await shows(page, "dialog", /End the demo\?/);
		expect(ended).toBe(false);
		await page.getByRole("button", { name: "end the demo" }).click();
		await expect.poll(() => ended).toBe(true);
	});
});

describe("followers see what the presenter shows", () => {
	test("the composition, the view, the lesson's paragraph and the past; not the note", async () => {
		const server = await recordedDemo();
		const presenter = await look(server.link);
		const follower = await look(server.shared ?? "", PHONE);
		await press(presenter, "p", "2");
		await shows(follower, "#view-tabs [aria-selected=true]", /Two answers/);
		expect(await follower.content()).not.toContain(NOTE);
		await press(presenter, "f");
		await expect.poll(() => panes(follower)).toEqual(["view"]);
		await press(presenter, "Escape", "l");
		await expect.poll(() => panes(follower)).toEqual(["lesson"]);
		const second = (page: Page) => page.locator("#lesson h2").nth(1);
		await second(presenter).evaluate((heading) => heading.scrollIntoView());
		await expect
			.poll(() => second(follower).evaluate((heading) => heading.getBoundingClientRect().top))
			.toBeLessThan(60);
		await press(presenter, "l");
		await playStep(presenter);
		await press(presenter, ",", ",");
		await shows(follower, "#state", /Past: \d/);
		// One who comes later sees the same.
		await shows(await look(server.shared ?? ""), "#state", /Past: \d/);
		await press(presenter, "n");
		for (const page of [presenter, follower]) {
			await shows(page, "#place", /step 2/);
			await shows(page, "#state", /^$/);
		}
	});

	test("every paragraph of the lesson to which the presenter scrolls", async () => {
		const server = await recordedDemo();
		const presenter = await look(server.link);
		const follower = await look(server.shared ?? "");
		await press(presenter, "l");
		await expect.poll(() => panes(follower)).toEqual(["lesson"]);
		const heading = (page: Page, number: number) => page.locator("#lesson h2").nth(number);
		const tops = (number: number) =>
			Promise.all(
				[presenter, follower].map((page) =>
					heading(page, number).evaluate((element) => element.getBoundingClientRect().top),
				),
			);
		for (const number of [1, 2, -1, 1]) {
			await heading(presenter, number).evaluate((element) => element.scrollIntoView());
			// The follower's page shows the same paragraph, perhaps more of it.
			await expect
				.poll(async () => Math.abs((await tops(number)).reduce((one, other) => one - other)))
				.toBeLessThan(150);
		}
		await shows(follower, "#state", /^$/);
		// What the follower scrolls is the follower's own choice.
		await heading(follower, 2).evaluate((element) => element.scrollIntoView());
		await shows(follower, "#state", /You look around/);
	});

	test("a follower may look around, and come back", async () => {
		const server = await recordedDemo();
		const presenter = await look(server.link);
		const follower = await look(server.shared ?? "");
		await press(follower, "l");
		await shows(follower, "#state", /You look around/);
		expect(await panes(follower)).toEqual(["lesson"]);
		expect(await panes(presenter)).toEqual(["sentence", "view"]);
		await press(presenter, "f");
		await press(follower, "Escape");
		await expect.poll(() => panes(follower)).toEqual(["view"]);
		await shows(follower, "#state", /^$/);
	});
});

test("in the past, every pane says so, and the shell shows what it showed then", async () => {
	const server = await recordedDemo();
	const page = await look(server.link);
	await playStep(page);
	await press(page, "n");
	await shows(page, "#place", /step 2/);
	await playStep(page);
	await press(page, "m", "m");
	for (let moment = 0; moment < 9; moment++) await press(page, ",");
	await shows(page, "#state", /Past/);
	await shows(page, "#place", /step 1/);
	const marks = await page
		.locator("main > *")
		.evaluateAll((all) =>
			all.filter((pane) => pane.checkVisibility()).map((pane) => getComputedStyle(pane, "::after").content),
		);
	expect(new Set(marks)).toEqual(new Set(['"past"']));
	await press(page, "Escape");
	await shows(page, "#place", /step 2/);
});

test.each([
	["a projector", PROJECTOR],
	["a large projector", LARGE_PROJECTOR],
	["a phone", PHONE],
] as const)("nothing is cut or wider than the screen, in normal and in large type: %s", async (_, viewport) => {
	const server = await recordedDemo();
	const page = await look(server.link, viewport);
	for (const large of [false, true]) {
		if (large) await press(page, "t");
		for (const reach of [async () => {}, () => playStep(page), () => press(page, "f"), () => press(page, "l")]) {
			await reach();
			expect(await cut(page)).toEqual([]);
			expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
		}
		await press(page, "R");
		await shows(page, ".stage", /not played yet/);
	}
});

test("type is larger on a larger screen", async () => {
	const server = await recordedDemo();
	const size = async (viewport: typeof PROJECTOR) =>
		Number.parseFloat(
			await (await look(server.link, viewport))
				.locator(".narration")
				.evaluate((element) => getComputedStyle(element).fontSize),
		);
	const [small, large] = [await size(PROJECTOR), await size(LARGE_PROJECTOR)];
	expect(large / small).toBeGreaterThan(1.4);
});
