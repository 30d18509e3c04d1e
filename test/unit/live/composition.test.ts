import { describe, expect, test } from "vitest";
import { NOTHING_CHOSEN } from "../../../harness/live/messages.ts";
import { commandLines, piecesOf } from "../../../harness/live/page/command-lines.ts";
import { compose, nextAlone } from "../../../harness/live/page/composition.ts";
import { keyHelp } from "../../../harness/live/page/keys.ts";
import { ShellLog } from "../../../harness/live/page/shell-log.ts";
import { Showing } from "../../../harness/live/page/showing.ts";

describe("compose", () => {
	test.each([
		[null, "say", "sentence"],
		["told", "say", "sentence"],
		["typing", "do", "shell"],
		["running", "do", "shell"],
		["done", "do", "sentence"],
	] as const)("in the phase %s, the composition is %s, and the place to look at the %s", (phase, name, attention) => {
		expect(compose(NOTHING_CHOSEN, phase, "host", false)).toMatchObject({ name, attention });
	});

	test("a pane that is alone has the attention; a pane that the composition lacks is not alone", () => {
		const alone = { ...NOTHING_CHOSEN, alone: "shell" } as const;
		expect(compose(alone, "done", "host", false)).toMatchObject({ panes: ["shell"], attention: "shell" });
		expect(compose(alone, "told", "host", false).panes).toEqual(["sentence", "drawing"]);
	});

	test("the key for one pane alone shows each pane once, and then all again", () => {
		const seen = [];
		let shown = NOTHING_CHOSEN;
		do {
			shown = { ...shown, alone: nextAlone(shown, compose(shown, "done", "host", false)) };
			seen.push(shown.alone);
		} while (shown.alone !== null && seen.length < 9);
		expect(seen).toEqual(["drawing", "shell", "sentence", null]);
	});
});

describe("commandLines", () => {
	test.each([
		["hostname; readlink /proc/self/ns/uts", ["hostname;", "readlink /proc/self/ns/uts"]],
		[`sh -c 'a; b'; echo "c; d"; e\\; f`, [`sh -c 'a; b';`, `echo "c; d";`, "e\\; f"]],
		["(a & b; c) & d; e", ["(a & b; c) & d;", "e"]],
	])("%s", (line, lines) => {
		expect(commandLines(line)).toEqual(lines);
		expect(lines.join(" ")).toBe(line);
	});
});

test("a word that is longer than a line is broken after slashes, and in JSON after commas and colons", () => {
	expect(piecesOf("'anna:x:1000::/home/anna:/bin/bash'")).toEqual([
		"'anna:x:1000::/",
		"home/",
		"anna:/",
		"bin/",
		"bash'",
	]);
	expect(piecesOf(`'{"a":[{"b":["c"],"d":28}]}'`)).toEqual([`'{"a":`, `[{"b":`, `["c"],`, `"d":28}]}'`]);
});

test("a shell's log shows what the shell had shown at a moment", () => {
	const log = new ShellLog();
	log.restart("a");
	log.add(10, "b");
	log.add(20, "c");
	expect([log.at(5), log.at(10), log.at(null)]).toEqual(["a", "ab", "abc"]);
	for (let piece = 0; piece < 40; piece++) log.add(30, "x".repeat(10_000));
	expect(log.at(null).length).toBeLessThan(600_000);
});

describe("what a page shows", () => {
	const step = (atMs: number, number: number, phase: "told" | "typing" | "done") =>
		({ type: "step", atMs, step: number, phase }) as const;

	function pageOf(
		role: "presenter" | "follower",
		stages: readonly ("host" | "container")[] = ["host", "host"],
	): Showing {
		const showing = new Showing();
		const steps = stages.map((stage, index) => ({ narration: `step ${index + 1}`, stage, command: "true", look: "" }));
		const head = { type: "demo", atMs: 0, schemaVersion: 1, lesson: "02-unshare", title: "", minutes: 1 } as const;
		const demo = { ...head, steps, size: { columns: 80, rows: 16 } };
		showing.begin({ type: "welcome", role, recorded: false, events: [demo], shown: NOTHING_CHOSEN, desk: null });
		return showing;
	}

	test("the next step takes back what was chosen for the last one, but not the view", () => {
		const showing = pageOf("presenter");
		showing.apply(step(1, 1, "told"));
		showing.choose({ composition: "do", alone: "shell", view: "mounts" });
		showing.apply(step(2, 2, "told"));
		expect(showing.shown).toEqual({ ...NOTHING_CHOSEN, view: "mounts" });
	});

	test("a look back is at the step of that moment", () => {
		const showing = pageOf("presenter");
		for (const event of [step(1, 1, "told"), step(5, 1, "typing"), step(9, 1, "done"), step(20, 2, "told")])
			showing.apply(event);
		showing.choose({ atMs: 6 });
		expect(showing.place).toMatchObject({ step: 1, phase: "typing" });
		showing.leave();
		expect(showing.place).toMatchObject({ step: 2, phase: "told" });
	});

	test("a follower sees what the presenter shows, except while looking around", () => {
		const showing = pageOf("follower");
		showing.follow({ ...NOTHING_CHOSEN, view: "mounts" });
		expect(showing.shown.view).toBe("mounts");
		showing.choose({ composition: "read" });
		showing.follow({ ...NOTHING_CHOSEN, view: "network" });
		expect(showing.shown).toMatchObject({ view: "mounts", composition: "read" });
		showing.leave();
		expect(showing.shown).toEqual({ ...NOTHING_CHOSEN, view: "network" });
	});

	test.each([
		[["host"], "h", "type into the host's shell"],
		[["container"], "c", "type into the container's shell"],
		[["host", "container"], "h, c", "type into the host's shell, or into the container's"],
	] as const)("the help names only the keys of the shells that there are: %j", (stages, keys, does) => {
		expect(keyHelp(pageOf("presenter", stages), 1).filter(([, text]) => text.startsWith("type into"))).toEqual([
			[keys, does],
		]);
	});
});
