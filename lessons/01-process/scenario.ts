import { constants } from "node:os";
import { BOX, type Check, type Drawn, DURING, exitCodeOf, type Scenario } from "../../harness/judge/index.ts";

/** The containers beside the first: what becomes of a crash, of a program that is not there, and of nothing in particular. */
export const CRASHED = "crashed";
export const MISSING = "missing";
/** A file that is there and that nobody may execute. */
export const FORBIDDEN = "forbidden";
/** The one that most commands are: it ends well. */
export const DONE = "done";
/** The one that never becomes a command: `enter` asks for a hostname of one character too many, and throws. */
export const REFUSED = "refused";
const TOO_LONG = "x".repeat(65);

/** Signals that write a core dump, which sets one more bit of the wait status. See signal(7). */
const CRASHES = ["SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGSEGV", "SIGSYS"] as const;

// Numbers are drawn as words: a number itself would be found, by chance, in much of what is read.
const numberOf = (word = "") => Number.parseInt(word.slice(-8), 16) || 0;

/** The signal that ends the second command, by name. */
export const signalOf = ({ signal }: Drawn) => CRASHES[numberOf(signal) % CRASHES.length] ?? "SIGSEGV";

/** What a shell reports of that signal. */
export const crashCodeOf = (drawn: Drawn): number => 128 + constants.signals[signalOf(drawn)];

export const draw: Check["draw"] = (random) => ({
	hostname: random.hostname(),
	program: `/lab/${random.name("errand")}`,
	argument: `say  "${random.name("aye")}"  $HOME`,
	missing: `/lab/${random.name("no-such-program")}`,
	forbidden: `/lab/${random.name("letter")}`,
	signal: random.name("signal"),
});

// The last argument is the token. At the end of its input it stays a while: an engine that gives it no input is to be
// seen all the same.
const PROGRAM = '#!/bin/sh\nfor token; do :; done\necho "$token"\nread -r code || sleep 5\nexit "$code"\n';

export function scenario(drawn: Drawn): Scenario {
	const { hostname = "", program: path = "", argument = "", missing = "", forbidden = "" } = drawn;
	return {
		does: `ran ${path} '${argument}' '', which exits with ${exitCodeOf(drawn)}; a command that ${signalOf(drawn)} ends; ${missing}, which is not there; ${forbidden}, which may not be executed; one that exits with 0; and one before which enter throws`,
		prepare: [
			{ do: "write", path, mode: 0o755, text: PROGRAM },
			{ do: "write", path: forbidden, mode: 0o644, text: PROGRAM },
		],
		calls: {
			[BOX]: { options: { hostname }, command: (token) => [path, argument, "", token] },
			[CRASHED]: {
				about: `its command is ended by ${signalOf(drawn)}`,
				options: {},
				script: "pause; cd /tmp; ulimit -c unlimited; kill -$line $$; sleep 2",
			},
			[MISSING]: { about: "its command is not there", options: {}, command: (token) => [missing, token] },
			[FORBIDDEN]: {
				about: "its command may not be executed",
				options: {},
				command: (token) => [forbidden, token],
			},
			[DONE]: { about: "its command exits with 0", options: {} },
			[REFUSED]: { about: "enter throws before there is a command", options: { hostname: TOO_LONG }, fails: true },
		},
		steps: [
			{ do: "call", call: BOX },
			{ do: "look", as: DURING },
			{ do: "feed", call: BOX, last: true },
			{ do: "call", call: CRASHED },
			{ do: "feed", call: CRASHED, line: signalOf(drawn).slice(3), last: true },
			{ do: "call", call: MISSING },
			{ do: "feed", call: MISSING, last: true },
			{ do: "call", call: FORBIDDEN },
			{ do: "feed", call: FORBIDDEN, last: true },
			{ do: "call", call: DONE },
			{ do: "feed", call: DONE, line: "0", last: true },
			{ do: "call", call: REFUSED },
		],
	};
}
