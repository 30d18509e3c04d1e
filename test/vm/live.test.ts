import { readdirSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { cacheDir } from "../../harness/base/cache.ts";
import { inKit } from "../../harness/base/kit.ts";
import { findLesson, loadDemo, readLesson } from "../../harness/judge/lessons.ts";
import { dispatch } from "../../harness/live/dispatch.ts";
import type { DemoEvent } from "../../harness/live/events.ts";
import { DemoInMachine } from "../../harness/live/machine/demo-in-machine.ts";
import { loadForStage } from "../../harness/live/machine/loaded-demo.ts";
import { makePage } from "../../harness/live/page.ts";
import { openServer, type Server } from "../../harness/live/server.ts";
import { openBrowser } from "../support/browser.ts";
import { drydock } from "../support/drydock.ts";
import { newMachinePool } from "../support/guest.ts";
import { drawn, TRIED_LESSONS } from "../support/plan.ts";
import { startOnTerminal, type Terminal } from "../support/pty.ts";
import { temporary } from "../support/temporary.ts";

/** The WebSocket close code with which a test itself cuts the connection. */
const ABNORMAL = 3000;
const PATIENCE_MS = 60_000;
const PROJECTOR = { width: 1280, height: 720 };
const PHONE = { width: 390, height: 844 };

const machines = newMachinePool();
const open: (() => Promise<unknown>)[] = [];
let browser: Browser;

beforeAll(async () => {
	[browser] = await Promise.all([openBrowser(), machines.makeReady()]);
});
afterEach(async () => {
	for (const close of open.splice(0).reverse()) await close();
});
afterAll(async () => {
	await browser.close();
	await machines.close();
});

/** Opens a demo with its server, and collects all its events. */
async function onStage(id: string): Promise<{ demo: DemoInMachine; server: Server; events: DemoEvent[] }> {
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

/** Opens a page in the browser. Its test fails if something goes wrong on the page. */
async function look(
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

const shows = (page: Page, selector: string, text: RegExp) =>
	expect.poll(() => textOf(page, selector), { timeout: PATIENCE_MS }).toMatch(text);
const textOf = async (page: Page, selector: string) =>
	(await page.locator(selector).allInnerTexts()).join("\n").replaceAll("\u00a0", " ");
const rows = (shell: string) => `.shell-${shell} .xterm-rows`;
const atStep = (page: Page, step: number, phase: RegExp) =>
	expect
		.poll(async () => `${await textOf(page, "#place")} ${await textOf(page, ".stage")}`, { timeout: PATIENCE_MS })
		.toMatch(new RegExp(`step ${step} of .* · ${phase.source}`, "s"));

// `npm test` draws some of the demos. test/vm/rehearsals.test.ts plays each one that has changed.
describe("a demo plays to its end on the page, which loads nothing from elsewhere", () => {
	test.each(drawn("live", TRIED_LESSONS))(
		"%s",
		async (id) => {
			const { server, events } = await onStage(id);
			const { page, wrong } = await look(server.link);
			const { steps } = await loadDemo(await findLesson(id));
			for (let step = 1; step <= steps.length; step++) {
				await atStep(page, step, /not played yet/);
				await page.keyboard.press(" ");
				await atStep(page, step, /done/);
				expect(await page.locator("#picture > *").count()).toBe(1);
				if (step < steps.length) await page.keyboard.press("ArrowRight");
			}
			const answers = events.filter((event) => event.type === "answer");
			expect(answers.flatMap(({ promises }) => promises.filter(({ kept }) => !kept))).toEqual([]);
			expect(answers).toHaveLength(steps.length);
			expect(wrong).toEqual([]);
		},
		300_000,
	);
});

describe("on the page", () => {
	test("going back, jumping, replaying and starting again also reset the machine", async () => {
		const { server } = await onStage("02");
		const { page, wrong } = await look(server.link);
		await page.keyboard.press("g");
		await page.keyboard.type("3");
		await page.keyboard.press("Enter");
		await atStep(page, 3, /not played yet/);
		await page.keyboard.press("n");
		await atStep(page, 3, /done/);
		await shows(page, rows("container"), /web-1/);
		await page.keyboard.press("b");
		await atStep(page, 3, /not played yet/);
		// The page shows a shell before the step is played only if it is asked to.
		await page.keyboard.press("m");
		await expect.poll(() => textOf(page, rows("container"))).not.toMatch(/^web-1$/m);
		await page.getByRole("button", { name: "again" }).click();
		await atStep(page, 3, /done/);
		await page.keyboard.press("R");
		await atStep(page, 1, /not played yet/);
		await page.keyboard.press("m");
		await page.getByRole("tab", { name: "container's shell" }).click();
		await expect.poll(() => textOf(page, rows("container"))).not.toContain("unshare");
		expect(wrong).toEqual([]);
	});

	test("the presenter types into both shells, and the text is not taken for the demo's keys", async () => {
		const { server } = await onStage("02");
		const { page } = await look(server.link);
		await page.keyboard.press("h");
		await page.keyboard.type("echo $((6*7)) > /tmp/n; cat /tmp/n\n");
		await shows(page, rows("host"), /^42/m);
		await page.keyboard.press("Control+]");
		await page.keyboard.press("c");
		await page.keyboard.type("cat /tmp/n; stty size\n");
		await shows(page, rows("container"), /^42[\s\S]*^\d+ \d+/m);
		await page.keyboard.press("Control+]");
		await atStep(page, 1, /not played yet/);
		// The page splits a pasted text into pieces that the server accepts, and the shell gets all of it.
		await page.keyboard.press("h");
		const pasted = `: ${"x".repeat(9_000)}; echo came $((1+1))\n`;
		await page.evaluate((text) => {
			const data = new DataTransfer();
			data.setData("text/plain", text);
			const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
			document.querySelector(".shell-host textarea")?.dispatchEvent(event);
		}, pasted);
		await page.keyboard.press("Enter");
		await shows(page, rows("host"), /^came 2/m);
	});

	test("two followers see the demo, and cannot control it", async () => {
		const { server } = await onStage("02");
		const presenter = (await look(server.link)).page;
		const [one, two] = [
			await look(server.shared ?? ""),
			await look(server.shared ?? "", { viewport: PHONE, colorScheme: "dark", hasTouch: true }),
		];
		await presenter.keyboard.press("s");
		await shows(presenter, "dialog", new RegExp(`${server.shared}[\\s\\S]*2 follow`));
		await presenter.keyboard.press("Escape");
		// As long as the dialog is open, it takes the keys.
		await presenter.locator("dialog").waitFor({ state: "hidden" });
		await presenter.keyboard.press(" ");
		for (const { page } of [one, two]) {
			await atStep(page, 1, /done/);
			await shows(page, rows("host"), /uts:\[\d+\]/);
			expect(await page.getByRole("button", { name: /next/ }).count()).toBe(0);
			await page.keyboard.press(" ");
			await page.locator(".shell-host .xterm-screen").click();
			await page.keyboard.type("echo no\n");
		}
		await presenter.keyboard.press("n");
		for (const { page, wrong } of [one, two]) {
			await atStep(page, 2, /not played yet/);
			expect(await textOf(page, rows("host"))).not.toContain("echo no");
			expect(wrong).toEqual([]);
		}
	});

	test("after a dropped connection, the page shows everything again", async () => {
		const { demo, server } = await onStage("02");
		let broken = false;
		let cut = async () => {};
		const { page } = await look(server.link, {}, (context) =>
			context.routeWebSocket(/\/socket$/, (socket) => {
				if (broken) return void socket.close({ code: ABNORMAL });
				socket.connectToServer();
				cut = () => socket.close({ code: ABNORMAL });
			}),
		);
		broken = true;
		await cut();
		await shows(page, "#connection", /the connection is lost/);
		await demo.next();
		broken = false;
		await atStep(page, 1, /done/);
		await shows(page, rows("host"), /uts:\[\d+\]/);
		await page.keyboard.press("n");
		await atStep(page, 2, /not played yet/);
	});

	test.each([
		["a projector, light", { viewport: PROJECTOR, colorScheme: "light" }],
		["a projector, dark", { viewport: PROJECTOR, colorScheme: "dark" }],
		["a phone, light", { viewport: PHONE, colorScheme: "light" }],
		["a phone, dark", { viewport: PHONE, colorScheme: "dark" }],
	] as const)("the page is no wider than the screen, and every tab can be chosen: %s", async (_, options) => {
		const { server } = await onStage("02");
		const { page } = await look(server.link, options);
		for (const large of [false, true]) {
			if (large) await page.keyboard.press("t");
			const width = await page.evaluate(() => document.documentElement.scrollWidth);
			expect(width).toBeLessThanOrEqual(options.viewport.width);
			const tabs = await page.getByRole("tab").all();
			for (const tab of tabs) {
				await tab.click();
				expect(await tab.getAttribute("aria-selected")).toBe("true");
			}
			expect(tabs.length).toBeGreaterThanOrEqual(2);
		}
	});
});

/** The presenter's link, as `drydock live` prints it. */
async function linkOf(terminal: Terminal): Promise<string> {
	const link = /http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]+\//;
	const output = await terminal.until(new RegExp(`${link.source}[\\s\\S]*Ctrl-C ends the demo`));
	return link.exec(output)?.[0] ?? "";
}

describe("the command", () => {
	test("prints its link; Ctrl-C ends it with 130, and nothing is left", async () => {
		const terminal = startOnTerminal(process.execPath, [inKit("harness/cli/bin.js"), "live", "02"]);
		const { page } = await look(await linkOf(terminal));
		await page.keyboard.press(" ");
		await atStep(page, 1, /done/);
		terminal.type("\x03");
		expect((await terminal.ended).exitCode).toBe(130);
		await shows(page, "#connection", /the demo is over/);
		expect(terminal.processes()).toEqual([]);
		expect(readdirSync(join(cacheDir, "scratch"))).toEqual([]);
	});

	test("checks each save of a learner's module, and shows the result", async () => {
		const files = await temporary();
		open.push(() => files.remove());
		const workspace = join(files.dir, "workspace");
		expect((await drydock(files.dir, "init", workspace)).code).toBe(0);
		const terminal = startOnTerminal(process.execPath, [inKit("harness/cli/bin.js"), "live", "02"], workspace);
		open.push(async () => terminal.close());
		const { page } = await look(await linkOf(terminal));
		await page.getByRole("button", { name: "work" }).click();
		await shows(page, "#work", /checks it at every save/);
		const mine = join(workspace, "02-unshare/isolate.ts");
		await writeFile(mine, "export const = 1;\n");
		await shows(page, "#work", /✗ not right yet[\s\S]*isolate\.ts/);
		await copyFile(inKit("solutions/02-unshare/isolate.ts"), mine);
		await shows(page, "#work", /✓ passed/);
		expect(await page.locator("#picture > *").count()).toBe(1);
		const { stdout } = await drydock(workspace, "list", "--json");
		expect(JSON.parse(stdout).lessons[1]).toMatchObject({ passed: true, attempts: 2 });
		// The page shows the verdict after it was loaded again.
		await page.reload();
		await shows(page, "#work", /✓ passed/);
	});

	test("shows a recording without a machine", async () => {
		const recording = inKit("test/recordings/02-unshare.jsonl");
		const terminal = startOnTerminal(process.execPath, [inKit("harness/cli/bin.js"), "live", "--from", recording]);
		const link = await linkOf(terminal);
		expect(terminal.processes().filter((line) => line.startsWith("qemu"))).toEqual([]);
		const { page } = await look(link);
		await page.keyboard.press(" ");
		await atStep(page, 1, /done/);
		terminal.type("\x03");
		expect((await terminal.ended).exitCode).toBe(130);
	});
});
