import { readdirSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cacheDir } from "../../harness/base/cache.ts";
import { inKit } from "../../harness/base/kit.ts";
import { drydockIn } from "../support/command.ts";
import { atStep, look, onStage, open, PHONE, PROJECTOR, rows, shows, textOf, useStage } from "../support/live-stage.ts";
import { startOnTerminal, type Terminal } from "../support/pty.ts";
import { temporary } from "../support/temporary.ts";

/** The WebSocket close code with which a test itself cuts the connection. */
const ABNORMAL = 3000;

useStage();

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
		expect((await drydockIn(files.dir, "init", workspace)).code).toBe(0);
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
		const { stdout } = await drydockIn(workspace, "list", "--json");
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
