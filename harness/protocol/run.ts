import type { Readings } from "../readings/index.ts";
import type { SocketAddress, WindowSize, Work } from "./work.ts";

/**
 * The name of a network namespace: `host` (the harbour's), a call (the namespace of its command), or a neighbour:
 * another computer, which the preparation `neighbour` makes.
 */
type NetworkPlace = string;

/** A socket of the agent that listens at all addresses of a place. Without `port`, the kernel chooses a port. */
export interface Listener {
	place: NetworkPlace;
	port?: number;
}

/**
 * A TCP connection that the agent tries to make, from the place `from`. `port.of`: the port that the kernel chose for
 * the listener of that place.
 */
export interface Question {
	name: string;
	from: NetworkPlace;
	address: string;
	port: number | { of: NetworkPlace };
}

/** A call of one of the program's exports. Each call has a runner of its own. */
export interface Call {
	export: string;
	args: unknown[];
	/**
	 * Identifies the call's command: the process that has the token as one of its arguments, wherever in the guest it
	 * runs and whichever process started it. The command prints a line whenever it waits for input. This line ends with
	 * `says`; with the token if `says` is not given.
	 */
	token: string;
	says?: string | undefined;
	/**
	 * The user and the groups of the process that makes the call; root if not given. `cgroup`: the directory of the cgroup
	 * that the process is in; the root cgroup if not given.
	 */
	as?: { uid: number; gid: number; groups?: number[]; cgroup?: string } | undefined;
	/**
	 * The standard input, output and error of the call: pipes if not given. `none` is /dev/null. `terminal` is a terminal
	 * of this size.
	 */
	stdio?: "pipes" | "none" | { terminal: WindowSize } | undefined;
	/**
	 * What the step `call` waits for; `runs` if not given.
	 * - `runs`: the command runs and waits for its first line. With `stdio: "none"`, the command runs and sleeps.
	 * - `returns`: the call has ended.
	 * - `stops`: a process has stopped itself (SIGSTOP) on its way to the command. The agent reads the process and sends
	 *   it SIGCONT. Then the step waits as for `runs`.
	 * - `serves`: a server accepts connections at this address.
	 */
	until?: "runs" | "returns" | "stops" | { serves: SocketAddress } | undefined;
	/**
	 * Whether the export may return a promise: the call then lasts until the promise settles. Otherwise, a promise ends
	 * the call as `asynchronous`.
	 */
	asynchronous?: boolean | undefined;
}

/**
 * One step of a run. Steps refer to calls by name. A step on a call that was not made does nothing. A later step that
 * waits for something from a call stops waiting when the call ends.
 */
export type Step =
	/** Makes the call, and waits for the event that its `until` names. */
	| { do: "call"; call: string }
	/**
	 * Reads the harbour and the commands, and keeps the readings under the name `as`. With `call`, reads nothing if that
	 * call has ended. `writes`: new texts for files of the harbour, by path. The agent writes them just before it reads:
	 * a process that sees the file itself sees the new text, and a copy still has the old one. The agent opens these
	 * files before the first call. `allEnded`: waits until the new network namespaces are gone, which takes some time
	 * after the last process has ended.
	 */
	| { do: "look"; as: string; call?: string; writes?: Record<string, string>; allEnded?: true }
	/**
	 * Writes a line to the call's standard input; an empty line if `line` is not given. Waits until the command says that
	 * it waits for the next line. With `last`, closes the input after this line, and waits until the call has ended.
	 */
	| { do: "feed"; call: string; line?: string; last?: true }
	/** Writes these characters to the call's standard input, such as Ctrl-C for a terminal. Waits for nothing. */
	| { do: "feed"; call: string; text: string }
	/** Changes the size of the call's terminal. */
	| { do: "resize"; call: string; window: WindowSize }
	/** Closes the agent's end of the call's terminal. */
	| { do: "hangUp"; call: string }
	/**
	 * Sends signals, one right after the other, once the command sleeps. `to`: the command; the init of the call's PID
	 * namespace (the command if the call has none); or the engine, which is the call's own process. With `as`, waits for
	 * the end of the call, and keeps under this name whether it ended. If it did not end, the agent reads harbour and
	 * commands under the name `CALL: ignored`, CALL being the call's name, and kills the descendants of the call's own
	 * process.
	 */
	| { do: "signal"; call: string; to: "command" | "init" | "engine"; signals: NodeJS.Signals[]; as?: string }
	/**
	 * - `settled`: waits until none of the call's processes is a zombie or about to act, and their number stays the same.
	 * - `ended`: waits until the call has ended.
	 * - `prints`: waits until this text was written to the call's terminal or standard output.
	 */
	| { do: "await"; call: string; until: "settled" | "ended" | { prints: string } }
	/**
	 * Waits until the harbour has none of these network links (ip-link(8)). The kernel removes a link some time after its
	 * namespace is gone.
	 */
	| { do: "await"; until: { unlinked: string[] } }
	/**
	 * Kills (SIGKILL) the descendants of the call's own process, and waits for the end of the call. For a call that
	 * `serves`, also kills the call's own process, because a server never returns. A server that is not stopped ends as
	 * `hung`.
	 */
	| { do: "stop"; call: string }
	/** Calls an instrument of the run, and keeps its result under the name `as`; see {@link Run.instruments}. */
	| { do: "measure"; with: string; args: unknown[]; as: string }
	/**
	 * Reads images that the exercise has built: the directories at the paths `images`. The agent reads them itself,
	 * without a program. `words`: pairs of words of equal length. In each archive, the agent replaces the first word of a
	 * pair by the second before it reads the archive.
	 */
	| { do: "readImages"; images: string[]; words?: [string, string][] }
	/**
	 * Asks all questions at the same time, over TCP, while the listeners listen; see {@link Question}. In the places of
	 * `afresh`, the agent first empties the table of the neighbours' hardware addresses (ip-neighbour(8)).
	 */
	| { do: "ask"; listeners: Listener[]; questions: Question[]; afresh?: NetworkPlace[] }
	/**
	 * Runs a program in the harbour, or in the network namespace of a call's command. Keeps, under the name `as`, its
	 * exit code and the first 8000 characters of its standard output and of its standard error. With `keepAll`, the limit
	 * for standard output is {@link LIMITS}.programChars. Unless the run is `unlocked`, the program does not see what the
	 * exercise mounts: see harness/guest/check-mount-namespace.ts.
	 */
	| { do: "run"; argv: string[]; networkOf?: string; as: string; keepAll?: boolean };

/** A scenario that the agent plays, and what it reads meanwhile. */
export interface Run extends Work {
	type: "run";
	/** The program, as CommonJS. The runner resolves the import `#kernel`. */
	code: string;
	/**
	 * Code for what this lesson alone measures, as CommonJS. The agent itself runs it, out of the exercise's reach. Each
	 * export is an instrument. The agent resolves the import `#guest`.
	 */
	instruments?: string | undefined;
	calls: Record<string, Call>;
	steps: Step[];
	/**
	 * What is read of harbour and commands in addition to what is always read. With `breakOut`, the agent also tries to
	 * break out of the root of each command that it reads.
	 */
	readings: Readings;
	/** How long the steps and the wait for the calls' ends may take. Then the calls that still run are given up. */
	deadlineMs: number;
}
