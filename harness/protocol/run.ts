import type { ImageChange } from "../readings/images.ts";
import type { Readings } from "../readings/index.ts";

/** Something done on the guest's host before the exercise runs. */
export type Preparation =
	| { do: "write"; path: string; text: string; encoding?: "utf8" | "base64"; mode?: number }
	| { do: "directory"; path: string }
	| { do: "copy"; from: string; to: string }
	/** Makes a System V message queue. */
	| { do: "queue" }
	/** Runs a program; its failure ends the run. What it prints is kept under a name, if one is given. */
	| { do: "run"; argv: string[]; as?: string }
	/**
	 * Makes another computer, which only the agent has a name for: a network namespace, and a veth pair whose two ends are
	 * both called `link`. The addresses are said with their prefix. The neighbour becomes the host's default gateway.
	 */
	| { do: "neighbour"; name: string; link: string; hostAddress: string; address: string };

/** Where something is asked, or listens: a container by name, `host`, or a neighbour by name. */
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

/** One step of a run, on its containers by name. A step on a container that has ended does nothing. */
export type Step =
	/**
	 * Calls the exercise on a parked runner, and waits until its command runs. Where the engine has the process stop itself
	 * on its way to the command (SIGSTOP), its root is read there, and it is sent on.
	 */
	| { do: "start"; container: string; stops?: true }
	/**
	 * Reads host and commands, and keeps what was read under this name. Where it is about one container only, nothing is read
	 * once that has ended. Just before it reads, the agent writes to files of the host, by path: whoever sees the file itself
	 * sees the new text, and in a copy stands the old one. They are opened before the exercise begins. Where all has ended,
	 * what is gone only some time later is waited for: network namespaces.
	 */
	| { do: "look"; as: string; container?: string; writes?: Record<string, string>; allEnded?: true }
	/** Writes a line to the command, an empty one if not given, and waits until it says that it waits for the next. */
	| { do: "go"; container: string; line?: string }
	/** Sends signals, one right after the other, and waits for nothing. */
	| { do: "send"; container: string; to: "command" | "init" | "engine"; signals: NodeJS.Signals[] }
	/** Sends a signal, and waits for the end; what then still runs is looked at as `AS: ignored`, and killed. */
	| { do: "signal"; container: string; to: "command" | "init" | "engine"; signal: NodeJS.Signals; as: string }
	/**
	 * Holds the container's command, ends its eldest orphan, sends signals to its init, and waits until all of them wait for
	 * the command, or for nothing. What then waits for whom is kept as a delivery.
	 */
	| { do: "deliver"; container: string; signals: NodeJS.Signals[]; as: string }
	/**
	 * Gives the command a line that nobody else can read: all others are held that might. It and its orphans then run
	 * before everybody else, so all that end by the line have ended before its init has a turn. Waits for the container's end;
	 * what then still runs is killed.
	 */
	| { do: "finish"; container: string; line: string; as: string }
	/** Waits until nothing of the container's is on its way to its end: no zombie is left, and nobody more ends. */
	| { do: "settle"; container: string }
	/** Writes a line to the command, an empty one if not given, closes its standard input, and waits for the end. */
	| { do: "end"; container: string; line?: string }
	/**
	 * Reads images that the exercise has built; the agent does it itself. What is read of archives is read of them with these
	 * words replaced, if any are given.
	 */
	| { do: "readImages"; images: string[]; words?: ImageChange["words"] }
	/** Makes a changed copy of an image, and reads it. */
	| { do: "copyImage"; from: string; to: string; change: ImageChange }
	/**
	 * Asks all of the questions at once, over TCP, while the listeners listen; see {@link Question}. In the places that are
	 * to be `afresh`, it is first forgotten which hardware address belongs to which neighbour.
	 */
	| { do: "ask"; listeners: Listener[]; questions: Question[]; afresh?: Place[] }
	/** Waits until the host has none of these links: a link whose namespace is gone goes some time later. */
	| { do: "unlinked"; links: string[] }
	/**
	 * Runs a program on the host, or in the network namespace of a container's command. Of what it prints the first 8000
	 * characters are kept, or, where the step asks for all of its standard output, {@link LIMITS}.programChars.
	 */
	| { do: "run"; argv: string[]; networkOf?: string; as: string; keepAll?: boolean };

/** What every kind of work for a fresh virtual machine begins with. */
export interface Work {
	nonce: string;
	/** Base64; 48 bytes of the host's randomness, as every restored machine starts with the same. */
	entropy: string;
	timeMs: number;
	prepare: Preparation[];
	/**
	 * Whether tracing and the loading of modules are left to what is played, which then gets at the agent as well: for
	 * what is the kit's own, and where nothing is judged.
	 */
	unlocked?: boolean;
}

/** A scenario to be played and read. */
export interface Run extends Work {
	type: "run";
	/** CommonJS; `#kernel` is left to the runner. */
	code: string;
	/** Which export of `code` to call. */
	call: string;
	/**
	 * What to call it with, by container. The command's arguments hold the token, and so does the end of the line that it
	 * prints whenever it waits for one, if `says` does not tell another: how the agent knows that the command runs, and
	 * where it is.
	 */
	containers: Record<string, { args: unknown[]; token: string; says?: string | undefined }>;
	steps: Step[];
	/** What is read of host and commands beside what is always read; the break-out is tried wherever a command is looked at. */
	readings: Readings;
	deadlineMs: number;
}
