import { BOX, type Check, DURING, type RandomInputs, type Scenario } from "../../harness/judge/index.ts";

/**
 * Runs five containers. Two have a terminal and standard input: one of them ends after a line of input, the other when
 * its caller's terminal hangs up. Of the remaining three, one has neither, one only a terminal, and one only standard
 * input. Before the last one, the driver tries to make a sixth, which cannot be made.
 */

/** The container that Ctrl-C is typed for. Later, its caller's terminal hangs up. */
export const HUNG_UP = "hung up";
/** The container without a terminal and without standard input. Its caller has no terminal either. */
export const PLAIN = "plain";
/** The container with a terminal and without standard input. */
export const MUTE = "mute";
/** The container with standard input and without a terminal, whose caller has one. */
export const TYPED = "typed";
/** The moment after the caller's terminal has got another size. */
export const RESIZED = "resized";
/** The moment at which {@link PLAIN} and {@link MUTE} run. */
export const NO_INPUT = "no input";

/** Exit codes of the container that a hang-up ends: it has got SIGINT before, or has not. */
export const HUNG_UP_CODES = { interrupted: 42, uninterrupted: 43 } as const;

/**
 * A file in the container's root. It holds what `read` returned, which is 1 at the end of standard input. For
 * {@link TYPED}, it holds the line that came before the end.
 */
export const END_FILE = "end";

/** The size of the callers' terminals, and the size that the first one has later. */
export const SIZES = { first: { rows: 33, columns: 101 }, later: { rows: 21, columns: 77 } } as const;

/** Names of the measurements of a caller's settings: while the container runs, and after its end. */
export const settingsDuring = (call: string): string => `settings during ${call}`;
export const settingsAfter = (call: string): string => `settings after ${call}`;

export function drawInputs(random: Parameters<Check["draw"]>[0]): RandomInputs {
	return { id: random.name("").slice(1), hostname: random.hostname() };
}

// Prints a text that the check waits for. An engine may print its command, so the script must not contain the whole text.
const echo = (text: string) => `echo "${text.slice(0, 1)}""${text.slice(1)}"`;

// A signal interrupts `wait`, and not the wait for a command in the foreground.
const REST = "while :; do sleep 1000 & wait; done";
const SIGNAL_TEXT = "it was SIGINT";
const SIGNALS_SCRIPT = `code=${HUNG_UP_CODES.uninterrupted}; trap 'exit $code' HUP
trap 'code=${HUNG_UP_CODES.interrupted}; ${echo(SIGNAL_TEXT)}' INT; echo "$0$0"; ${REST}`;

// At the end of standard input, `read` returns 1. If standard input has no end, `read` waits for a line.
const READ = `read -r line; echo $? >/${END_FILE}`;
const PLAIN_SCRIPT = `${READ}; echo "$0$0"; ${REST}`;
// The line that is typed for this container must not reach its `read`.
const MUTE_TEXT = "it reads";
const MUTE_SCRIPT = `${echo(MUTE_TEXT)}; ${READ}; ${REST}`;

const END_TEXT = "it was the end";
const TYPED_SCRIPT = `echo "$0$0"; read -r line; cat >/dev/null; echo "$line" >/${END_FILE}; ${echo(END_TEXT)}; ${REST}`;
/** Ctrl-C and Ctrl-D. See termios(3): VINTR, VEOF. */
const [CTRL_C, CTRL_D] = ["\u0003", "\u0004"];

export function scenarioOf({ id = "", hostname }: RandomInputs): Scenario {
	const container = (number: number, streams: { interactive: boolean; tty: boolean }) => ({
		...{ hostname, init: true, devices: [], nameservers: [], layers: ["/lab/rootfs"], streams },
		// Each one has a writable layer of its own.
		id: `${id.slice(0, -1)}${number}`,
	});
	const withTerminal = { interactive: true, tty: true };
	const stdio = { terminal: SIZES.first };
	return {
		does: "ran a container with -i and -t, and changed the size of its caller's terminal; ran a second one with -i and -t, typed Ctrl-C for it, and hung up its caller's terminal; ran one with neither, whose caller has no terminal; ran one with -t alone and one with -i alone, whose callers have a terminal; and tried one with -i and -t that cannot be made",
		prepare: [],
		calls: {
			[BOX]: { options: container(0, withTerminal), stdio },
			[HUNG_UP]: {
				about: "it has a terminal; Ctrl-C is typed, and then its caller's terminal hangs up",
				options: container(1, withTerminal),
				stdio,
				script: SIGNALS_SCRIPT,
			},
			[PLAIN]: {
				about: "it has neither a terminal nor standard input, and its caller has no terminal",
				options: container(2, { interactive: false, tty: false }),
				script: PLAIN_SCRIPT,
			},
			[MUTE]: {
				about: "it has a terminal and no standard input",
				options: container(3, { interactive: false, tty: true }),
				stdio,
				script: MUTE_SCRIPT,
				// The container's terminal and the caller's each add a carriage return.
				says: `${MUTE_TEXT}\r`,
			},
			[TYPED]: {
				about:
					"it has standard input and no terminal, and its caller has a terminal; before it, the driver tries one with a terminal, which cannot be made",
				export: "runAfterFailure",
				options: container(4, { interactive: true, tty: false }),
				stdio,
				script: TYPED_SCRIPT,
			},
		},
		steps: [
			{ do: "call", call: BOX },
			{ do: "look", as: DURING },
			{ do: "measure", with: "settingsOf", args: [BOX, "raw"], as: settingsDuring(BOX) },
			{ do: "resize", call: BOX, window: SIZES.later },
			{ do: "await", call: BOX, until: "settled" },
			{ do: "look", as: RESIZED },
			{ do: "feed", call: BOX, last: true },
			{ do: "measure", with: "settingsOf", args: [BOX], as: settingsAfter(BOX) },
			{ do: "call", call: HUNG_UP },
			// Before the terminal is raw, Ctrl-C would be a signal for its own foreground.
			{ do: "measure", with: "settingsOf", args: [HUNG_UP, "raw"], as: settingsDuring(HUNG_UP) },
			{ do: "feed", call: HUNG_UP, text: CTRL_C },
			{ do: "await", call: HUNG_UP, until: { prints: SIGNAL_TEXT } },
			{ do: "hangUp", call: HUNG_UP },
			{ do: "await", call: HUNG_UP, until: "ended" },
			{ do: "stop", call: HUNG_UP },
			{ do: "call", call: PLAIN },
			{ do: "call", call: MUTE },
			{ do: "feed", call: MUTE, text: `${hostname}\n` },
			{ do: "look", as: NO_INPUT },
			{ do: "measure", with: "settingsOf", args: [MUTE], as: settingsDuring(MUTE) },
			{ do: "stop", call: MUTE },
			{ do: "stop", call: PLAIN },
			// Last, because the run is given up if the engine waits for ever for the container that cannot be made.
			{ do: "call", call: TYPED },
			{ do: "feed", call: TYPED, text: `${hostname}\n${CTRL_D}` },
			{ do: "await", call: TYPED, until: { prints: END_TEXT } },
			{ do: "look", as: TYPED },
			{ do: "measure", with: "settingsOf", args: [TYPED], as: settingsDuring(TYPED) },
			{ do: "stop", call: TYPED },
		],
		readings: { terminal: {}, files: { inRoot: [END_FILE] } },
	};
}
