import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { inKit } from "../../../harness/base/kit.ts";
import { NOTHING_CHOSEN, Slides } from "../../../harness/cli/show/slides.ts";
import type { DemoEvent, KernelState } from "../../../harness/live/events.ts";
import { CommandTypist } from "../../../harness/live/machine/command-typist.ts";
import { DemoShell } from "../../../harness/live/machine/demo-shell.ts";
import { asciicastOf } from "../../../harness/live/recording/asciicast.ts";
import { Playback } from "../../../harness/live/recording/playback.ts";
import { readRecording } from "../../../harness/live/recording/recording.ts";
import { Screen } from "../../../harness/live/screen.ts";
import { promptOf } from "../../../harness/live/shells.ts";
import { GuestMemory } from "../../../harness/vm/guest-memory.ts";
import { type Temporary, temporary } from "../../support/temporary.ts";

/** Three steps of a demo that ran in a machine. */
const RECORDING = inKit("test/recordings/02-unshare.jsonl");

let files: Temporary;
let recorded: DemoEvent[];
beforeAll(async () => {
	files = await temporary();
	// A recording is shown with its pauses. Shorter ones show the same.
	recorded = (await readRecording(RECORDING, "demo")).map((event) => ({ ...event, atMs: event.atMs / 10 }));
});
afterAll(() => files.remove());

/** Opens the recording, and makes a page of it. */
async function opened(columns = 80, rows = 24) {
	const [head] = recorded;
	const slides = new Slides(head?.type === "demo" ? head.size : { columns, rows }, false);
	const show = await Playback.open(recorded, (event) => slides.apply(event));
	return { show, page: () => slides.paint({ columns, rows }, NOTHING_CHOSEN).lines.join("\n") };
}

describe("a recording", () => {
	test.concurrent("is shown step by step: each is introduced, then played", async () => {
		const { show, page } = await opened();
		expect(page()).toMatch(/1 \/ 3 /);
		expect(page()).toContain("This machine is called harbour.");
		expect(page()).not.toContain("→");
		await show.next();
		expect(page()).toContain("host# hostname; readlink /proc/self/ns/uts");
		expect(page()).toMatch(/uts:\[\d+\]/);
		expect(page()).toContain("→ A hostname belongs to no process.");
		await show.next();
		expect(page()).toMatch(/2 \/ 3 /);
		expect(page()).not.toContain("→");
	});

	test.concurrent("goes back and jumps, and shows the same as before", async () => {
		const { show, page } = await opened();
		await show.jump(3);
		const before = page();
		await show.next();
		expect(page()).toMatch(/hostname +harbour +web-1/);
		await show.back();
		expect(page()).toBe(before);
		expect(page()).toMatch(/hostname +harbour +harbour/);
		await show.back();
		expect(page()).toMatch(/2 \/ 3 /);
		await show.reset();
		expect(page()).toMatch(/1 \/ 3 /);
		expect(page()).not.toContain("hostname; readlink");
		await show.jump(99);
		expect(page()).toMatch(/3 \/ 3 /);
	});

	test.concurrent("next, while a step is being played, shows its end at once", async () => {
		const { show, page } = await opened();
		const played = show.next();
		await show.next();
		await played;
		expect(page()).toContain("→ A hostname belongs to no process.");
		await show.close();
	});

	test.concurrent("what the kernel showed when a step was done already belongs to that step", async () => {
		const isStep2 = (event: DemoEvent) => event.type === "step" && event.step === 2;
		const view = recorded.find((event) => event.type === "view");
		if (view === undefined) throw new Error("nothing was seen");
		const until = recorded.findIndex(isStep2);
		const late = { ...view, atMs: recorded[until]?.atMs ?? 0 };
		const shown: DemoEvent[] = [];
		const show = await Playback.open(recorded.toSpliced(until, 0, late), (event) => void shown.push(event));
		await show.next();
		expect(shown.at(-1)).toBe(late);
		await show.next();
		expect(shown.at(-1)).toMatchObject({ type: "step", step: 2, phase: "told" });
	});

	test.concurrent("before a step is played, shows what was read since it was introduced", async () => {
		const view = recorded.find((event) => event.type === "view");
		if (view === undefined) throw new Error("the recording has no view");
		const told = recorded.findIndex((event) => event.type === "step" && event.step === 1 && event.phase === "told");
		const first = { ...view, atMs: recorded[told]?.atMs ?? 0 };
		const shown: DemoEvent[] = [];
		await Playback.open(recorded.toSpliced(told + 1, 0, first), (event) => void shown.push(event));
		expect(shown).toContain(first);
	});

	test.concurrent("that was cut off in the middle of a step is played to where it ends", async () => {
		const shown: DemoEvent[] = [];
		const end = recorded.findIndex((event) => event.type === "step" && event.step === 2 && event.phase === "running");
		const show = await Playback.open(recorded.slice(0, end + 2), (event) => void shown.push(event));
		for (let presses = 0; presses < 4; presses++) await show.next();
		expect(shown.at(-1)).toEqual(recorded[end + 1]);
		await show.jump(9);
		expect(shown.at(-1)).toMatchObject({ type: "step", step: 2, phase: "told" });
	});

	const HEAD = `${JSON.stringify({
		...{ atMs: 0, type: "demo", schemaVersion: 1, lesson: "02-unshare", title: "", minutes: 1 },
		...{ steps: [{ narration: "", stage: "host", command: "", look: "" }], size: { columns: 80, rows: 24 } },
	})}\n`;
	const DEEP = "[".repeat(100_000) + "]".repeat(100_000);

	test("takes no keys, and says so", async () => {
		const { show } = await opened();
		expect(show.takesKeys).toBe(false);
		await expect(show.type()).rejects.toThrow("this is a recording: its shells take no keys");
		const slides = new Slides({ columns: 80, rows: 24 }, false);
		const page = (isRecording: boolean) =>
			slides.paint({ columns: 80, rows: 24 }, { ...NOTHING_CHOSEN, isRecording }).lines.join("\n");
		expect(page(true)).toMatch(/recording/);
		expect(page(true)).not.toContain("Tab type");
		expect(page(false)).toContain("Tab type");
	});

	test("control characters in its texts are replaced", async () => {
		const file = await files.write("steers.jsonl", HEAD.replace('"title":""', '"title":"a\u200fb\\u001b[2J"'));
		expect((await readRecording(file, "demo"))[0]).toMatchObject({ title: "a\ufffdb\ufffd[2J" });
	});

	test.each([
		["no file", null, /cannot be read: ENOENT/],
		[
			"a file that does not begin with a demo",
			'{"atMs":0,"type":"step","step":1,"phase":"told"}\n',
			/is not a recording of a demo/,
		],
		["a demo without its fields", '{"atMs":0,"type":"demo"}\n', /:1 is not an event of a demo/],
		["no JSON", "hello\n", /:1 is not an event of a demo/],
		["a view that is null", `${HEAD}{"atMs":0,"type":"view","view":null}\n`, /:2 is not an event of a demo/],
		["a view of lists in lists", `${HEAD}{"atMs":0,"type":"view","view":${DEEP}}\n`, /:2 is not an event of a demo/],
		[
			"a step that the demo does not have",
			`${HEAD}{"atMs":0,"type":"step","step":2,"phase":"done"}\n`,
			/a step that its demo does not have/,
		],
		[
			"a step whose number is too large",
			`${HEAD}{"atMs":0,"type":"step","step":200000,"phase":"done"}\n`,
			/:2 is not an event/,
		],
		[
			"200,000 steps",
			HEAD + '{"atMs":0,"type":"step","step":1,"phase":"done"}\n'.repeat(200_000),
			/more than 20000 events/,
		],
		["a terminal of a billion columns", HEAD.replace("80", "1e9"), /:1 is not an event/],
		["a second demo in it", HEAD + HEAD, /is not a recording of a demo/],
		[
			"a long step that is introduced again and again",
			HEAD.replace('"narration":""', `"narration":"${"漢".repeat(8_000)}"`) +
				'{"atMs":0,"type":"step","step":1,"phase":"told"}\n'.repeat(70),
			/has more than 524288 characters in the texts of its steps/,
		],
		[
			"answers without end",
			HEAD + `{"atMs":0,"type":"answer","step":1,"output":"${"x".repeat(1 << 20)}","promises":[]}\n`.repeat(5),
			/has more than 4194304 characters of output in its events/,
		],
		[
			"a step without end",
			HEAD + '{"atMs":0,"type":"step","step":1,"phase":"done"}\n'.repeat(1_001),
			/more than 1000 events of the type step/,
		],
		[
			"a terminal that is never the same",
			HEAD + '{"atMs":0,"type":"size","shell":"host","size":{"columns":500,"rows":500}}\n'.repeat(1_001),
			/more than 1000 events of the type size/,
		],
		[
			"a shell that says too much",
			HEAD + `{"atMs":0,"type":"output","shell":"host","data":"${"x".repeat(1 << 20)}"}\n`.repeat(9),
			/has more than 8388608 characters of terminal output/,
		],
	])("%s is refused", async (_, text, why) => {
		const file = text === null ? `${files.dir}/none` : await files.write("bad.jsonl", text);
		await expect(readRecording(file, "demo")).rejects.toThrow(why);
	});

	test("becomes an asciicast: a header, then times that never go back", async () => {
		const painter = { apply: async () => {}, paint: () => "x" };
		const lines = (await asciicastOf(recorded, { columns: 120, rows: 36 }, painter)).trim().split("\n");
		const [head, ...rest] = lines.map((line) => JSON.parse(line) as unknown);
		expect(head).toMatchObject({ version: 2, width: 120, height: 36, title: expect.stringContaining("Two names") });
		const times = rest.map((line) => (line as [number, string, string])[0]);
		expect(times).toEqual(times.toSorted((one, other) => one - other));
		expect(times.at(-1)).toBeGreaterThan(10);
	});
});

describe("a page", () => {
	test.each([
		[80, 24],
		[120, 36],
		[60, 20],
		[200, 60],
	])("of %d columns and %d rows is filled, and no more", async (columns, rows) => {
		const { show, page } = await opened(columns, rows);
		await show.jump(3);
		// The second key shows the rest of the step at once.
		await Promise.all([show.next(), show.next()]);
		const lines = page().split("\n");
		expect(lines).toHaveLength(rows);
		expect(lines.filter((line) => [...line].length > columns)).toEqual([]);
		expect(page().includes("│")).toBe(columns >= 110);
	});

	test("a program's output on a terminal becomes only text and its style", async () => {
		const screen = new Screen({ columns: 20, rows: 3 });
		await screen.write("\x1b[2J\x1b[2;3H\x1b[1;31mred\x1b[0m \x1b]0;title\x07ok");
		expect(screen.texts.map((text) => text.trimEnd())).toEqual(["", "  red ok", ""]);
		expect(screen.rows[1]?.find(({ bold }) => bold)).toMatchObject({ text: "red", color: "38;5;1" });
		screen.close();
	});
});

describe("a terminal in memory", () => {
	test.each(["b", "L", "M", "S", "T", "I", "Z"])("repeats nothing two billion times: CSI n %s", async (final) => {
		const screen = new Screen({ columns: 20, rows: 3 });
		await screen.write(`x\x1b[2000000000${final}\x1b[20000`);
		await screen.write(`00000${final}`);
		await screen.write(`\x1b[2000${final}`.repeat(100_000).slice(0, 10_000));
		await screen.write("\x1b[2J\x1b[Hok");
		expect(screen.texts[0]?.trimEnd()).toBe("ok");
		screen.close();
	});

	test("repeats a character as often as a program asks", async () => {
		const screen = new Screen({ columns: 20, rows: 3 });
		await screen.write("-\x1b[4bx\r\n\x1b[1S\x1b[999;3Hy");
		expect(screen.texts.map((text) => text.trimEnd())).toEqual(["", "", "  y"]);
		await screen.write(`\x1b[H${"a\x1b[19b\r\n".repeat(300)}`);
		expect(screen.texts[1]).toBe("a".repeat(20));
		screen.close();
	});

	test("leaves time for other work while it gets much output, and shows nothing more once it is closed", async () => {
		const screen = new Screen({ columns: 20, rows: 3 });
		const shown = screen.write(`${"x".repeat(1 << 20)}end`);
		let timerFired = false;
		setTimeout(() => {
			timerFired = true;
			screen.close();
		});
		await shown;
		expect(timerFired).toBe(true);
		expect(screen.texts.join("")).not.toContain("end");
	});
});

describe("a typist", () => {
	/** A typist for a shell that echoes its input and runs nothing. */
	function newTypist(answer: string) {
		const typed: string[] = [];
		const typist: CommandTypist = new CommandTypist("host# ", async (keys) => {
			typed.push(keys);
			typist.addOutput(
				keys === "\r" ? `\r\n\x1b[?2004l\r${answer}\x1b[?2004hhost# ` : keys.replace(/(.{10})/g, "$1 \r"),
			);
		});
		return { typist, typed };
	}
	const signal = new AbortController().signal;

	test("reads what a command has printed, without its echo and the prompt", async () => {
		const { typist, typed } = newTypist("harbour\r\n\x1b[1mbold\x1b[0m\r\n");
		await typist.type("hostname; echo a long line that is wrapped", { slowly: false, signal });
		await typist.pressEnter();
		await typist.waitForPrompt(signal);
		expect(typist.output).toBe("harbour\nbold\n");
		expect(typed.at(-1)).toBe("\r");
	});

	// The clock stands still. So if the echo is not recognized, the test never ends.
	test("recognizes what bash echoes of a line that is too long, as it was recorded", async () => {
		vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
		try {
			const echo = "ip link add box0 up type bridge; ip address add 10.88.0.1/24 dev box0; ip l\rlink add box-web up";
			const typist: CommandTypist = new CommandTypist("host# ", async () => typist.addOutput(echo));
			await typist.type(echo.replace("l\r", ""), { slowly: false, signal });
		} finally {
			vi.useRealTimers();
		}
	});

	test("waits for the prompt, and stops waiting on request", async () => {
		const typist = new CommandTypist("host# ", async () => {});
		const playing = new AbortController();
		const waiting = typist.waitForPrompt(playing.signal);
		typist.addOutput("host# not yet\r\n");
		playing.abort(new Error("enough"));
		await expect(waiting).rejects.toThrow("enough");
	});
});

describe("a command in a demo's shell", () => {
	/** Longer than a program must have waited for keys before it counts as waiting. */
	const LONG_MS = 900;
	const reading = (pid: number) => ({ pid, listens: true }) as KernelState["shells"][string];

	async function play(shell: DemoShell, foreground: () => KernelState["shells"][string]) {
		let over = false;
		const playing = shell.play("date", {
			slowly: false,
			stop: new AbortController(),
			foreground,
			onTyped: async () => {},
		});
		const output = playing.finally(() => {
			over = true;
		});
		await sleep(LONG_MS);
		return { output, isOver: () => over };
	}

	test.concurrent("is not over because the last reading before it shows a program that waited", async () => {
		const shell: DemoShell = new DemoShell("host", { columns: 80, rows: 24 }, async (keys) =>
			shell.addOutput(keys === "\r" ? "\r\n" : keys),
		);
		shell.addOutput(promptOf("host"));
		const old = reading(7);
		const { output, isOver } = await play(shell, () => old);
		expect(isOver()).toBe(false);
		shell.addOutput(`today\r\n${promptOf("host")}`);
		expect(await output).toBe("today\n");
	});

	test.concurrent("is over when a later reading shows that it waits for keys", async () => {
		let now = reading(7);
		const shell: DemoShell = new DemoShell("host", { columns: 80, rows: 24 }, async (keys) => {
			shell.addOutput(keys === "\r" ? "\r\n" : keys);
			if (keys === "\r") setImmediate(() => (now = reading(8)));
		});
		shell.addOutput(promptOf("host"));
		const { output } = await play(shell, () => now);
		expect(await output).toBe("");
	});

	test.concurrent("that is a line for a program is over when the program waits again, even if no reading comes", async () => {
		const shell: DemoShell = new DemoShell("host", { columns: 80, rows: 24 }, async (keys) =>
			shell.addOutput(keys === "\r" ? "\r\nanswer" : keys),
		);
		const old = reading(7);
		const { output } = await play(shell, () => old);
		expect(await output).toBe("answer");
	});
});

test("a machine's memory can be put back to a saved state, and its file has no name", async () => {
	const MB = 1 << 20;
	const template = `${files.dir}/template`;
	const original = Buffer.alloc(8 * MB);
	original.fill("template", 3 * MB, 4 * MB);
	await writeFile(template, original);
	const memory = await GuestMemory.copyOf(template);
	expect((await readFile(memory.path)).equals(original)).toBe(true);

	const change = async (at: number, text: string) => {
		const bytes = await readFile(memory.path);
		bytes.write(text, at);
		await writeFile(memory.path, bytes);
		return bytes;
	};
	const once = await change(5 * MB + 17, "once");
	const first = await memory.keep();
	expect(first.bytes).toBe(4096);
	const twice = await change(3 * MB, "twice");
	const second = await memory.keep();
	expect(second.bytes).toBe(8192);
	await change(7 * MB, "thrice");
	await memory.putBack(first);
	expect((await readFile(memory.path)).equals(once)).toBe(true);
	await memory.putBack(second);
	expect((await readFile(memory.path)).equals(twice)).toBe(true);
	expect((await readFile(template)).equals(original)).toBe(true);
	await Promise.all([first.release(), second.release()]);
	await memory.close();
});
