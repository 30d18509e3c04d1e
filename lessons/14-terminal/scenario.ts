import { BOX, type Check, DURING, type RandomInputs, type Scenario } from "../../harness/judge/index.ts";

/**
 * Runs five containers. The first three have a terminal, and so has their caller: one ends by itself, one by Ctrl-C, and
 * one because its caller's terminal hangs up. The other two have no terminal; the caller of the fourth has one.
 */

/** The container that Ctrl-C ends. */
export const INTERRUPTED = "interrupted";
/** The container whose caller hangs up. */
export const HUNG_UP = "hung up";
/** The container without a terminal whose caller has one. */
export const PLAIN = "plain";
/** The container without any terminal. */
export const PIPED = "piped";
/** The moment after the caller's terminal has got another size. */
export const RESIZED = "resized";
/** The moment at which {@link PLAIN} and {@link PIPED} run. */
export const WITHOUT = "without";

/** Exit codes of containers that a signal of their terminal ends. */
export const INTERRUPTED_CODE = 41;
export const HUNG_UP_CODE = 42;

/** In the container: whether a read from standard input has found the end. */
export const END_FILE = "end";

/** The size of the callers' terminals, and the size that the first one has later. */
export const SIZES = { first: { rows: 33, columns: 101 }, later: { rows: 21, columns: 77 } } as const;

/** Names of the measurements of a caller's settings: while the container runs, and after its end. */
export const settingsDuring = (call: string): string => `settings during ${call}`;
export const settingsAfter = (call: string): string => `settings after ${call}`;

export function drawInputs(random: Parameters<Check["draw"]>[0]): RandomInputs {
	return { id: random.name("").slice(1), hostname: random.hostname() };
}

// A signal interrupts `wait`, and not the wait for a command in the foreground.
const WAIT = 'echo "$0"; while :; do sleep 1000 & wait; done';
const onSignal = (signal: string, code: number) => `trap 'exit ${code}' ${signal}; ${WAIT}`;

// A read from standard input returns 1 at its end. If it is not at its end, nobody writes anything.
const PLAIN_SCRIPT = `read -r line; echo $? >/${END_FILE}; ${WAIT}`;

export function scenarioOf({ id = "", hostname }: RandomInputs): Scenario {
	const container = (number: number, streams: { interactive: boolean; tty: boolean }) => ({
		...{ hostname, init: true, devices: [], nameservers: [], layers: ["/lab/rootfs"], streams },
		// Each one has a writable layer of its own.
		id: `${id.slice(0, -1)}${number}`,
	});
	const withTerminal = { interactive: true, tty: true };
	const stdio = { terminal: SIZES.first };
	return {
		does: "ran a container with a terminal, and gave its caller's terminal another size; ended one with a terminal by Ctrl-C, and one because its caller's terminal hung up; ran one without a terminal and without standard input for a caller with a terminal, and one without any terminal",
		prepare: [],
		calls: {
			[BOX]: { options: container(0, withTerminal), stdio },
			[INTERRUPTED]: {
				about: "it has a terminal, and Ctrl-C is typed",
				options: container(1, withTerminal),
				stdio,
				script: onSignal("INT", INTERRUPTED_CODE),
			},
			[HUNG_UP]: {
				about: "it has a terminal, and its caller's terminal hangs up",
				options: container(2, withTerminal),
				stdio,
				script: onSignal("HUP", HUNG_UP_CODE),
			},
			[PLAIN]: {
				about: "it has neither a terminal nor standard input, and its caller has a terminal",
				options: container(3, { interactive: false, tty: false }),
				stdio,
				script: PLAIN_SCRIPT,
			},
			[PIPED]: {
				about: "it has standard input and no terminal, and neither has its caller",
				options: container(4, { interactive: true, tty: false }),
			},
		},
		steps: [
			{ do: "call", call: BOX },
			{ do: "look", as: DURING },
			{ do: "measure", with: "settingsOf", args: [BOX], as: settingsDuring(BOX) },
			{ do: "resize", call: BOX, window: SIZES.later },
			{ do: "look", as: RESIZED },
			{ do: "feed", call: BOX, last: true },
			{ do: "measure", with: "settingsOf", args: [BOX], as: settingsAfter(BOX) },
			{ do: "call", call: INTERRUPTED },
			{ do: "feed", call: INTERRUPTED, text: "\u0003" },
			{ do: "await", call: INTERRUPTED, until: "ended" },
			{ do: "measure", with: "settingsOf", args: [INTERRUPTED], as: settingsAfter(INTERRUPTED) },
			{ do: "call", call: HUNG_UP },
			{ do: "hangUp", call: HUNG_UP },
			{ do: "await", call: HUNG_UP, until: "ended" },
			{ do: "stop", call: HUNG_UP },
			{ do: "call", call: PLAIN },
			{ do: "call", call: PIPED },
			{ do: "look", as: WITHOUT },
			{ do: "feed", call: PIPED, line: "0", last: true },
			{ do: "stop", call: PLAIN },
			{ do: "measure", with: "settingsOf", args: [PLAIN], as: settingsAfter(PLAIN) },
		],
		readings: { terminal: {}, files: { inRoot: [END_FILE] } },
	};
}
