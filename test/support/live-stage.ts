import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { findLesson, readLesson } from "../../harness/judge/lessons.ts";
import { dispatch } from "../../harness/live/dispatch.ts";
import type { DemoEvent } from "../../harness/live/events.ts";
import { DemoInMachine } from "../../harness/live/machine/demo-in-machine.ts";
import { loadForStage } from "../../harness/live/machine/loaded-demo.ts";
import { makePage } from "../../harness/live/page.ts";
import { openServer, type Server } from "../../harness/live/server.ts";
import { openBrowser } from "./browser.ts";
import { newMachinePool } from "./guest.ts";

/** How long a page may take to show something. */
const PATIENCE_MS = 60_000;
export const PROJECTOR = { width: 1280, height: 720 };
export const PHONE = { width: 390, height: 844 };

/** Functions that close what a test has opened. They are called after the test. */
export const open: (() => Promise<unknown>)[] = [];
let browser: Browser;
let machines: ReturnType<typeof newMachinePool>;

/** Opens a browser, and makes machines ready, for the tests of a file. After each test, closes what the test has put into {@link open}. */
export function useStage(): void {
	beforeAll(async () => {
		machines = newMachinePool();
		[browser] = await Promise.all([openBrowser(), machines.makeReady()]);
	});
	afterEach(async () => {
		for (const close of open.splice(0).reverse()) await close();
	});
	afterAll(async () => {
		await browser.close();
		await machines.close();
	});
}

/** Opens a demo with its server, and collects all its events. */
export async function onStage(id: string): Promise<{ demo: DemoInMachine; server: Server; events: DemoEvent[] }> {
	const lesson = await findLesson(id);
	const events: DemoEvent[] = [];
	let demo: DemoInMachine | undefined;
	const page = await makePage(lesson.id, await readLesson(lesson));
	const server = await openServer({
		port: 0,
		share: true,
		page,
		dispatch: async (message) => demo && dispatch(demo, message),
	});
	open.push(() => server.close());
	demo = await DemoInMachine.open(
		await loadForStage(lesson, { columns: 80, rows: 16 }),
		machines.beginStage.bind(machines),
		(event) => {
			events.push(event);
			return server.audience.sendEvent(event);
		},
	);
	demo.slowly = false;
	open.push(demo.close.bind(demo));
	return { demo, server, events };
}

/**
 * Opens a page in the browser, and waits until it shows a step.
 * @param before called before the page is loaded
 * @returns the page, and a list of what goes wrong there: errors, and requests to other servers. The test must look at
 * this list
 */
export async function look(
	link: string,
	options: BrowserContextOptions = {},
	before: (context: BrowserContext) => Promise<void> = async () => {},
) {
	const context = await browser.newContext({ viewport: PROJECTOR, ...options });
	open.push(() => context.close());
	await before(context);
	const page = await context.newPage();
	const wrong: string[] = [];
	page.on("pageerror", (error) => wrong.push(error.message));
	page.on("request", (request) => {
		if (new URL(request.url()).origin !== new URL(link).origin) wrong.push(`asked for ${request.url()}`);
	});
	await page.goto(link);
	await shows(page, "#place", /step \d+ of \d+/);
	return { page, wrong };
}

/** Waits until the page shows a text at this place. */
export const shows = (page: Page, selector: string, text: RegExp) =>
	expect.poll(() => textOf(page, selector), { timeout: PATIENCE_MS }).toMatch(text);
export const textOf = async (page: Page, selector: string) =>
	(await page.locator(selector).allInnerTexts()).join("\n").replaceAll("\u00a0", " ");
/** The selector of a shell's rows, for {@link shows} and {@link textOf}. */
export const rows = (shell: string) => `.shell-${shell} .xterm-rows`;
/** Waits until the page shows this step, in this phase. */
export const atStep = (page: Page, step: number, phase: RegExp) =>
	expect
		.poll(async () => `${await textOf(page, "#place")} ${await textOf(page, ".stage")}`, { timeout: PATIENCE_MS })
		.toMatch(new RegExp(`step ${step} of .* · ${phase.source}`, "s"));
