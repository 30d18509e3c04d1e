import { constants } from "node:os";
import { BOX, type Check, DURING, exitCodeOf, type RandomInputs, type Scenario } from "../../harness/judge/index.ts";

/** The container whose command a signal ends. */
export const CRASHED = "crashed";
/** The container whose program does not exist. */
export const MISSING = "missing";
/** The container whose program exists, but is not executable. */
export const FORBIDDEN = "forbidden";
/** The container whose command exits with 0, as most commands do. */
export const DONE = "done";
/** The container in which no command starts: `enter` asks for a hostname that is one character too long, and throws. */
export const REFUSED = "refused";
/** The measurement that says whether the first container's engine sleeps while its command waits for input. */
export const WAITING = "waiting";
const TOO_LONG_HOSTNAME = "x".repeat(65);

/** Signals that write a core dump, which sets one more bit of the wait status. See signal(7). */
const CORE_DUMP_SIGNALS = ["SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGSEGV", "SIGSYS"] as const;

// The number that a drawn word stands for: its last eight characters are hexadecimal digits. In the facts, a drawn
// value is replaced by its name. So a word is drawn, and not a bare number, which could be in a fact by chance.
const numberFrom = (word = "") => Number.parseInt(word.slice(-8), 16) || 0;

/** The signal that ends the second command, by name. */
export const signalOf = ({ signal }: RandomInputs) =>
	CORE_DUMP_SIGNALS[numberFrom(signal) % CORE_DUMP_SIGNALS.length] ?? "SIGSEGV";

/** The exit code that a shell reports for the drawn signal. */
export const crashCodeOf = (drawn: RandomInputs): number => 128 + constants.signals[signalOf(drawn)];

export const draw: Check["draw"] = (random) => ({
	hostname: random.hostname(),
	program: `/lab/${random.name("program")}`,
	argument: `say  "${random.name("word")}"  $HOME`,
	missing: `/lab/${random.name("no-such-program")}`,
	forbidden: `/lab/${random.name("not-executable")}`,
	signal: random.name("signal"),
});

// The last argument is the token. The program prints it twice, which says that the program waits for a line. If the
// engine gives the program no input, the program still runs for a while, so that the check can look at it.
const PROGRAM_TEXT = '#!/bin/sh\nfor token; do :; done\necho "$token$token"\nread -r code || sleep 5\nexit "$code"\n';

export function scenario(drawn: RandomInputs): Scenario {
	const { hostname = "", program: path = "", argument = "", missing = "", forbidden = "" } = drawn;
	return {
		does: `ran ${path} '${argument}' '', which exits with ${exitCodeOf(drawn)}; a command that ${signalOf(drawn)} kills; ${missing}, which does not exist; ${forbidden}, which is not executable; a command that exits with 0; and one that cannot start, because enter throws`,
		prepare: [
			{ do: "write", path, mode: 0o755, text: PROGRAM_TEXT },
			{ do: "write", path: forbidden, mode: 0o644, text: PROGRAM_TEXT },
		],
		calls: {
			[BOX]: { options: { hostname }, command: (token) => [path, argument, "", token] },
			[CRASHED]: {
				about: `${signalOf(drawn)} kills its command`,
				options: {},
				script: "pause; cd /tmp; ulimit -c unlimited; kill -$line $$; sleep 2",
			},
			[MISSING]: { about: "its program does not exist", options: {}, command: (token) => [missing, token] },
			[FORBIDDEN]: {
				about: "its program is not executable",
				options: {},
				command: (token) => [forbidden, token],
			},
			[DONE]: { about: "its command exits with 0", options: {} },
			[REFUSED]: { about: "enter throws, so no command starts", options: { hostname: TOO_LONG_HOSTNAME }, fails: true },
		},
		steps: [
			{ do: "call", call: BOX },
			{ do: "look", as: DURING },
			{ do: "measure", with: "howItWaits", args: [BOX], as: WAITING },
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
