import type { Readings } from "../readings/index.ts";
import type { SocketAddress, WindowSize, Work } from "./work.ts";

/** Where something is asked, or listens: a call's command by name, `host`, or a neighbour by name. */
type Place = string;

/** A socket of the agent's that listens at all addresses of a place. Without a port, the kernel chooses one. */
export interface Listener {
	place: Place;
	port?: number;
}

/** A connection that is tried. A port is a number, or the one that the kernel has chosen for the listener of a place. */
export interface Question {
	name: string;
	from: Place;
	address: string;
	port: number | { of: Place };
}

/** A call of one of the program's exports, on a runner of its own. */
export interface Call {
	export: string;
	args: unknown[];
	/**
	 * Names the call's command: the process whose arguments hold it, wherever in the guest it runs and whoever started it.
	 * A line that the command prints whenever it waits for one ends with the token, or with `says`.
	 */
	token: string;
	says?: string | undefined;
	/** Who calls; root if not given. */
	as?: { uid: number; gid: number; groups?: number[] } | undefined;
	/** What the call has as its standard input, output and error; pipes if not given. */
	stdio?: "pipes" | "none" | { terminal: WindowSize } | undefined;
	/**
	 * What the call is waited for: its command `runs` and waits for its first line; the export `returns`; a process `stops`
	 * itself (SIGSTOP) on its way to the command, is read there and sent on; a server accepts connections.
	 */
	until?: "runs" | "returns" | "stops" | { serves: SocketAddress } | undefined;
	/** The export may return a promise; the call then lasts until that is settled. Otherwise a promise is a mistake. */
	asynchronous?: boolean | undefined;
}

/** One step of a run, on its calls by name. A step on a call that has ended does nothing. */
export type Step =
	/** Makes the call, and waits for what it is waited for. */
	| { do: "call"; call: string }
	/**
	 * Reads host and commands, and keeps what was read under this name. Where it is about one call only, nothing is read
	 * once that has ended. Just before it reads, the agent writes to files of the host, by path: whoever sees the file itself
	 * sees the new text, and in a copy stands the old one. They are opened before the first call. Where all has ended,
	 * what is gone only some time later is waited for: network namespaces.
	 */
	| { do: "look"; as: string; call?: string; writes?: Record<string, string>; allEnded?: true }
	/**
	 * Writes a line to the call's standard input, an empty one if not given, and waits until the command says that it waits
	 * for the next one. After the last one, the input ends, and the end of the call is waited for.
	 */
	| { do: "feed"; call: string; line?: string; last?: true }
	/** Writes these characters, such as a Ctrl-C for a terminal, and waits for nothing. */
	| { do: "feed"; call: string; text: string }
	/** Gives the call's terminal another size. */
	| { do: "resize"; call: string; window: WindowSize }
	/** Closes the agent's end of the call's terminal. */
	| { do: "hangUp"; call: string }
	/**
	 * Sends signals, one right after the other. With a name, the call's end is waited for and kept under that name; what then
	 * still runs is looked at as `AS: ignored`, and killed.
	 */
	| { do: "signal"; call: string; to: "command" | "init" | "engine"; signals: NodeJS.Signals[]; as?: string }
	/**
	 * Waits until the call's processes have settled: no zombie is left, and nobody more ends; until it has ended; or until the
	 * command's terminal or pipes have shown a text.
	 */
	| { do: "await"; call: string; until: "settled" | "ended" | { prints: string } }
	/** Waits until the host has none of these links: a link whose namespace is gone goes some time later. */
	| { do: "await"; until: { unlinked: string[] } }
	/**
	 * Ends all that a call has started by SIGKILL, and waits for its end. A server is ended itself, too: it never returns, and
	 * one that is not stopped has hung at the end.
	 */
	| { do: "stop"; call: string }
	/** Has an instrument of the run's measure something; see {@link Run.instruments}. */
	| { do: "measure"; with: string; args: unknown[]; as: string }
	/**
	 * Reads images that the exercise has built; the agent does it itself. What is read of archives is read of them with these
	 * words replaced, if any are given.
	 */
	| { do: "readImages"; images: string[]; words?: [string, string][] }
	/**
	 * Asks all of the questions at once, over TCP, while the listeners listen; see {@link Question}. In the places that are
	 * to be `afresh`, it is first forgotten which hardware address belongs to which neighbour.
	 */
	| { do: "ask"; listeners: Listener[]; questions: Question[]; afresh?: Place[] }
	/**
	 * Runs a program on the host, or in the network namespace of a call's command. Of what it prints the first 8000
	 * characters are kept, or, where the step asks for all of its standard output, {@link LIMITS}.programChars.
	 */
	| { do: "run"; argv: string[]; networkOf?: string; as: string; keepAll?: boolean };

/** A scenario to be played and read. */
export interface Run extends Work {
	type: "run";
	/** CommonJS; `#kernel` is left to the runner. */
	code: string;
	/**
	 * CommonJS, run by the agent itself, where no exercise reaches it: what a lesson measures beyond the steps. Each export is
	 * an instrument; `#guest` is left to the agent.
	 */
	instruments?: string | undefined;
	calls: Record<string, Call>;
	steps: Step[];
	/** What is read of host and commands beside what is always read; the break-out is tried wherever a command is looked at. */
	readings: Readings;
	deadlineMs: number;
}
