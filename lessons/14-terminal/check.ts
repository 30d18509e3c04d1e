import { defineCheck } from "../../harness/judge/index.ts";
import { callerRules } from "./caller.ts";
import { deriveTerminals } from "./facts.ts";
import { laterCommands, orNotRead } from "./not-read.ts";
import { refusals } from "./refusals.ts";
import { drawInputs, scenarioOf } from "./scenario.ts";
import { ttyRules } from "./tty.ts";
import { withoutRules } from "./without.ts";

export default defineCheck({
	module: "streams.ts",
	exported: "connectStreams",
	weight: 15,
	groups: [
		{
			title: "a terminal of its own",
			points: 5,
			facts: [
				...["tty.streams", "tty.session", "tty.controlling", "tty.foreground", "tty.callers", "tty.failed"],
				"later.commands",
			],
		},
		{
			title: "its size, and its signals",
			points: 3,
			facts: ["tty.size", "tty.resized", "tty.interrupt", "tty.hangup"],
		},
		{
			title: "the caller's terminal as it was",
			points: 3,
			facts: ["caller.settings", "caller.settings.kept"],
		},
		{
			title: "three separate streams",
			points: 3,
			facts: [
				...["plain.stdin", "plain.streams", "plain.session", "mute.input"],
				...["typed.streams", "typed.callers", "typed.input"],
			],
		},
	],
	lessonSummary:
		"A terminal is a device with a session, and whoever has it open has power over its owner. So a container gets a terminal of its own, and a process on the host copies between the two. Everything else — Ctrl-C, the size, the hang-up — follows from who has which end open.",
	draw: drawInputs,
	scenario: scenarioOf,
	derive: deriveTerminals,
	facts: [...ttyRules, laterCommands, ...callerRules, ...withoutRules].map(orNotRead),
	exceptions: refusals,
});
