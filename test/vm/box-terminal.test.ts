import { afterAll, beforeAll, expect, test } from "vitest";
import { boxProgram, installBox } from "../../harness/engine/engine.ts";
import { newMachinePool, runInGuest } from "../support/guest.ts";
import { drawn } from "../support/plan.ts";
import { type Conversation, playConversations } from "./callers-terminal/conversation.ts";

// What a user on a terminal sees of `box run` and `box exec` with -i, -t, both or none. `npm test` draws some of it.

const machines = newMachinePool();
const program = await boxProgram(new Map());
beforeAll(() => machines.makeReady());
afterAll(() => machines.close());

const TIMEOUT_MS = 1_000_000;
const RUN = "/lab/rootfs sh -c";
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
/** A terminal shows Ctrl-C as ^C, without a new line. */
const INTERRUPTED = ["up\n^C", "code 130"].join("");

/** What box does, and what the terminal shows in the end. */
type Case = Omit<Conversation, "name"> & { shows: string };

/** The same for `box run` and `box exec`, which differ only in the words before the options and after them. */
const casesOf = (box: (options: string, command: string) => string): Record<string, Case> => ({
	// Keys go to the container, whose terminal shows them.
	"-it": {
		script: box("-it", 'tty; stty size; read -r x; echo "$x!"; exit 7'),
		types: [["33 101", "one\r"]],
		shows: "/dev/pts/0\n33 101\none\none!\ncode 7",
	},
	"-it, Ctrl-C": { script: box("-it", "echo up; sleep 1000"), types: [["up", CTRL_C]], shows: INTERRUPTED },
	// A terminal for output. What is typed stays with the caller, and so does Ctrl-C, which is a signal.
	"-t": {
		script: `${box("-t", 'tty; stty size; read -r -t 1 x; echo "[$x]"')}; read -r y; echo "caller: $y"`,
		// Typed before box starts: the terminal shows it at once.
		types: [["", "one\r"]],
		shows: "one\n/dev/pts/0\n33 101\n[]\ncaller: one\ncode 0",
	},
	"-t, Ctrl-C": { script: box("-t", "echo up; sleep 1000"), types: [["up", CTRL_C]], shows: INTERRUPTED },
	// The caller's terminal makes lines, and Ctrl-D is their end.
	"-i": {
		script: box("-i", "tty; echo up; cat"),
		types: [
			["up", "one\r"],
			["one\r\none", CTRL_D],
		],
		shows: "not a tty\nup\none\none\ncode 0",
	},
	"-i, Ctrl-C": { script: box("-i", "echo up; cat"), types: [["up", CTRL_C]], shows: INTERRUPTED },
	none: { script: box("", "tty; cat; echo up"), types: [], shows: "not a tty\nup\ncode 0" },
	"none, Ctrl-C": { script: box("", "echo up; sleep 1000"), types: [["up", CTRL_C]], shows: INTERRUPTED },
});

const named = (command: string, cases: Record<string, Case>) =>
	Object.entries(cases).map(([name, one]): [string, Case] => [`${command} ${name}`, one]);

// The container that exec enters has no terminal. Each command that enters gets one of its own.
const CASES = new Map([
	...named(
		"run",
		casesOf((options, command) => `box run ${options} ${RUN} '${command}'`),
	),
	...named("run", {
		"-it without a terminal": {
			script: "box run -it /lab/rootfs true < /dev/null",
			types: [],
			shows: "box: --tty: standard input is not a terminal\n  try: --interactive alone\ncode 125",
		},
		"-t without a terminal": {
			script: `box run -t ${RUN} tty < /dev/null | od -c | head -n 1`,
			types: [],
			shows: "0000000   /   d   e   v   /   p   t   s   /   0  \\r  \\n\ncode 0",
		},
	}),
	...named(
		"exec",
		casesOf((options, command) => `box exec ${options} $(cat /tmp/id) sh -c '${command}'`),
	),
]);

/** Starts a container in a session of its own, so that it stays when its caller has ended. */
const START: Conversation = {
	name: "start",
	script: `setsid box run ${RUN} 'echo up; exec sleep 1000' > /tmp/up 2>&1 < /dev/null & until grep -q up /tmp/up; do sleep 0.1; done; box ps | cut -d " " -f 1 > /tmp/id`,
	types: [],
};

const tried = drawn("box-terminal", [...CASES.keys()], 4).map((name) => ({ name, ...(CASES.get(name) as Case) }));
const names = tried.map(({ name }) => name).join("; ");
test(`on a terminal: ${names}`, { timeout: TIMEOUT_MS }, async () => {
	const start = tried.some(({ name }) => name.startsWith("exec")) ? [START] : [];
	const more = { prepare: installBox(program), deadlineMs: TIMEOUT_MS };
	const { stdout } = await runInGuest(machines, playConversations, [...start, ...tried], more);
	const results: { name: string; shown: string; restored: boolean }[] = stdout
		.split("\n")
		.filter(Boolean)
		.map((line) => JSON.parse(line));
	const started = start.map(({ name }) => ({ name, shown: "code 0", restored: true }));
	expect(results).toEqual([...started, ...tried.map(({ name, shows }) => ({ name, shown: shows, restored: true }))]);
});
