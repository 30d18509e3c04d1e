import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheDir } from "../../harness/base/cache.ts";
import { findLesson } from "../../harness/judge/lessons.ts";
import type { DemoEvent } from "../../harness/live/events.ts";
import { DemoInMachine } from "../../harness/live/machine/demo-in-machine.ts";
import { loadForStage } from "../../harness/live/machine/loaded-demo.ts";
import { newMachinePool } from "../support/guest.ts";
import { drawn } from "../support/plan.ts";
import { type Temporary, temporary } from "../support/temporary.ts";
import { openTerminalPage, type TerminalPage } from "../support/terminal-page.ts";

const SIZE = { columns: 80, rows: 24 };
/** Matches a screen with a step that was introduced, and not played yet. */
const NOT_PLAYED = /^(?![\s\S]*(→|… ))/;
const CTRL_C = "\x03";
const CTRL_RIGHT_BRACKET = "\x1d";

const machines = newMachinePool();
let files: Temporary;

beforeAll(async () => {
	await machines.makeReady();
	files = await temporary();
});
afterAll(async () => {
	await machines.close();
	await files.remove();
});

/** Opens a demo of these steps, all in the host's shell. @param steps commands, and what each promises to print */
async function ownDemo(steps: Record<string, string>, listener: (event: DemoEvent) => void): Promise<DemoInMachine> {
	const loaded = await loadForStage(await findLesson("02"), SIZE);
	const script = Object.entries(steps).map(([command, promise]) => ({
		...{ narration: "", stage: "host" as const, look: "", command, promises: [promise] },
	}));
	const openMachine = machines.beginStage.bind(machines);
	return DemoInMachine.open({ ...loaded, script: { ...loaded.script, steps: script } }, openMachine, listener);
}

test("a step whose command waits for input is done; the next step types that input", async () => {
	const answers: string[] = [];
	const demo = await ownDemo({ "echo first; cat": "^first$", second: "^second$" }, (event) => {
		if (event.type === "answer") answers.push(event.output);
	});
	try {
		await demo.next();
		expect({ step: demo.step, phase: demo.phase, answers }).toEqual({ step: 1, phase: "done", answers: ["first\n"] });
		await demo.next();
		await demo.next();
		expect({ step: demo.step, phase: demo.phase }).toEqual({ step: 2, phase: "done" });
		expect(answers[1]).toContain("second\n");
	} finally {
		await demo.close();
	}
});

test("what is typed is in no moment that the demo goes back to, even if all later promises are kept", async () => {
	const outputs: string[] = [];
	const demo = await ownDemo(
		{ "ls /typed || echo 1": "", "ls /typed || echo 2": "", "ls /typed || echo 3": "" },
		(event) => {
			if (event.type === "answer") outputs.push(event.output.trim());
		},
	);
	try {
		await demo.type("host", "touch /typed\r");
		for (let presses = 0; presses < 5; presses++) await demo.next();
		expect(outputs).toEqual(["/typed", "/typed", "/typed"]);
		await demo.back();
		expect({ step: demo.step, phase: demo.phase }).toEqual({ step: 3, phase: "told" });
		await demo.next();
		expect(outputs.slice(3).map((output) => output.split("\n").at(-1))).toEqual(["1", "2", "3"]);
	} finally {
		await demo.close();
	}
});

test("after a resize, going back shows the past in its own width, and only then in the new one", async () => {
	const events: DemoEvent[] = [];
	const demo = await DemoInMachine.open(
		await loadForStage(await findLesson("02"), SIZE),
		machines.beginStage.bind(machines),
		(event) => void events.push(event),
	);
	try {
		const narrow = { columns: 60, rows: 20 };
		await demo.resize("host", narrow);
		const from = events.length;
		await demo.back();
		const shown = events.slice(from).filter((event) => "shell" in event && event.shell === "host");
		expect(shown.slice(0, 3)).toMatchObject([
			{ type: "size", size: SIZE },
			{ type: "screen", data: expect.stringContaining("host# ") },
			{ type: "size", size: narrow },
		]);
	} finally {
		await demo.close();
	}
});

describe("on a terminal", () => {
	/** Opens a demo at its first step. */
	const opened = async (): Promise<TerminalPage> => {
		const page = openTerminalPage("demo", "02");
		await page.press("", /1 \/ 8/, /host#$/m, /harbour/);
		return page;
	};
	const leftovers = () => readdirSync(join(cacheDir, "scratch"));

	test("after steps back, the machine and the text in its shells are as before", async () => {
		const page = await opened();
		await page.press(" ", /uts:\[\d+\]/, /→ A hostname does not/);
		await page.press(" ", /2 \/ 8/, /In the other shell/);
		await page.press("n", /→ Nothing seems/, /own uts/);
		await page.press("\x1b[C", /3 \/ 8/);
		await page.press(" ", /→ Another name/, /hostname +harbour +web-1/);
		// Back to the beginning of this step.
		await page.press("b", NOT_PLAYED, /3 \/ 8/, /hostname +harbour +harbour/, /own uts/);
		expect(page.rows().join("\n")).not.toContain("web-1\n");
		// The page has room for some of the three answers only, and shows first those that differ.
		await page.press("\x1b[D", /2 \/ 8/, /hostname +harbour +harbour/, /^(?![\s\S]*own uts)/);
		await page.press("q", /Quit the demo\?/);
		await page.press("q");
		expect(await page.waitForEnd()).toEqual({ code: 0, asBefore: true });
		expect(page.terminal.processes()).toEqual([]);
		expect(leftovers()).toEqual([]);
	});

	test("jumps ahead and back, replays, and starts again", async () => {
		const page = await opened();
		await page.press("g4\r", /4 \/ 8/, /Has the host been renamed/, /hostname +harbour +web-1/);
		await page.press("2\r", /2 \/ 8/, /hostname +harbour +harbour/);
		await page.press("4\r", /4 \/ 8/, /hostname +harbour +web-1/);
		await page.press("n", /→ No\. Without/);
		await page.press("r", /… 4 \/ 8/);
		await page.press("", /→ No\. Without/);
		await page.press("R", /1 \/ 8/, /hostname +harbour +harbour/);
		await page.press("q", /Quit the demo\?/);
		await page.press("q");
		expect((await page.waitForEnd()).code).toBe(0);
	});

	test("text goes to both shells and is not taken for the demo's keys; going back undoes it", async () => {
		const page = await opened();
		await page.press("\tq=41; echo $((q+1)) > /tmp/typed; cat /tmp/typed\r", /^ {2}42$/m);
		await page.press(`${CTRL_RIGHT_BRACKET}\x1b[Zcat /tmp/typed\r`, /container — you are typing/, /^ {2}42$/m);
		await page.press("\x1b", /^(?![\s\S]*you are typing)/);
		await page.press("n", /→ A hostname does not/);
		await page.press("b", NOT_PLAYED, /1 \/ 8/, /▸ host\n {2}host#\n/);
		await page.press("\tcat /tmp/typed\r", /No such file/);
		// The first Ctrl-C goes to the shell, the second one to drydock.
		await page.press("sleep 1000\r", /host: sleep/);
		await page.press(CTRL_C, /\^C/, /host#$/m);
		await page.press(`${CTRL_RIGHT_BRACKET}${CTRL_C}`);
		expect(await page.waitForEnd()).toEqual({ code: 130, asBefore: true });
	});

	test("a wide page shows both shells", async () => {
		const page = await opened();
		page.resize(120, 36);
		await page.press("", /host# +│ +container#$/m);
		await page.press("\tstty size\r", /^ +17 56/m);
		await page.press(`${CTRL_RIGHT_BRACKET}?`, /play this step; then show/);
		await page.press("p", /There is no note on this step/);
		await page.press("q", /Quit the demo\?/);
		await page.press("n", /→ A hostname does not/);
		await page.press("q", /Quit the demo\?/);
		await page.press("q");
		expect((await page.waitForEnd()).code).toBe(0);
	});

	test("a machine that is switched off is replaced, at the same step", async () => {
		const page = await opened();
		await page.press("\techo o > /proc/sysrq-trigger\r", /took the machine down/, /1 \/ 8/);
		await page.press(`${CTRL_RIGHT_BRACKET}n`, /→ A hostname does not/);
		await page.press("q", /Quit the demo\?/);
		await page.press("q");
		expect((await page.waitForEnd()).code).toBe(0);
	});

	test.each(drawn("Ctrl-C to demo", [300, 600, 1_500, 3_000, 5_000], 2))(
		"Ctrl-C %d ms after the start is 130, and leaves nothing",
		async (afterMs) => {
			const page = openTerminalPage("demo", "02");
			await page.terminal.until(/-extproc/);
			await new Promise((resolve) => setTimeout(resolve, afterMs));
			page.terminal.type(CTRL_C);
			expect(await page.waitForEnd()).toEqual({ code: 130, asBefore: true });
			await expect.poll(() => page.terminal.processes()).toEqual([]);
			expect(leftovers()).toEqual([]);
		},
	);

	test("Ctrl-C while a step is played is 130; a window that is closed leaves nothing", async () => {
		const page = await opened();
		await page.press("n", /… 1 \/ 8/);
		page.terminal.type(CTRL_C);
		expect(await page.waitForEnd()).toEqual({ code: 130, asBefore: true });
		const closed = await opened();
		closed.terminal.close();
		await expect.poll(() => closed.terminal.processes(), { timeout: 30_000 }).toEqual([]);
		expect(leftovers()).toEqual([]);
	});

	test("a drydock that is killed leaves no machine and no file", async () => {
		const page = await opened();
		const isDrydock = (line: string) => line.startsWith(process.execPath);
		const [pid = 0] = page.terminal.pids(isDrydock);
		const [qemu = 0] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
			.split(" ")
			.filter(Boolean)
			.map(Number)
			.filter(isQemu);
		expect(qemu).toBeGreaterThan(0);
		process.kill(pid, "SIGKILL");
		await expect.poll(() => isQemu(qemu), { timeout: 30_000 }).toBe(false);
		await page.terminal.untilEnd();
		await expect.poll(() => page.terminal.processes(), { timeout: 30_000 }).toEqual([]);
		expect(leftovers()).toEqual([]);
	});
});

function isQemu(pid: number): boolean {
	return existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("qemu");
}
