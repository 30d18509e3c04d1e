/** The fields that every kind of work for a fresh virtual machine has: a run, a session, a stage. */
export interface Work {
	/** Drawn at random by the computer outside. The guest's frames about this work repeat it. */
	nonce: string;
	/**
	 * Base64: 48 random bytes from the computer outside. Without them, all restored machines would draw the same random
	 * numbers. Empty for the agent's own rehearsal, which sets neither the random numbers nor the clock.
	 */
	entropy: string;
	/**
	 * The clock of the computer outside, in milliseconds since 1970. A restored machine has the time of the snapshot
	 * until the agent sets it.
	 */
	timeMs: number;
	prepare: Preparation[];
	/**
	 * Whether programs in the guest may trace processes and load kernel modules. Such programs can reach the agent. So a
	 * check never sets this. Sessions, demos and some of the kit's own tests do.
	 */
	unlocked?: boolean;
}

/** What the agent does in the harbour before the first call, or before a session's or stage's programs start. */
export type Preparation =
	| { do: "write"; path: string; text: string; encoding?: "utf8" | "base64"; mode?: number }
	| { do: "directory"; path: string }
	| { do: "copy"; from: string; to: string }
	/**
	 * Runs a program. If its exit code is not 0, the whole work fails. With `as`, in a run, its end and its output are
	 * kept under that name.
	 */
	| { do: "run"; argv: string[]; as?: string }
	/** Starts a stock program that keeps running, such as a registry, and waits until it accepts connections. */
	| { do: "serve"; argv: string[]; at: SocketAddress }
	/**
	 * Makes another computer: a network namespace that only the agent can name, and a veth pair between it and the
	 * harbour. Both ends of the pair are called `link`. The addresses are in the form ADDRESS/PREFIX. The neighbour
	 * becomes the harbour's default gateway.
	 */
	| { do: "neighbour"; name: string; link: string; hostAddress: string; address: string };

/** Where a server listens in the harbour: the path of a Unix socket, or a TCP port of 127.0.0.1. */
export type SocketAddress = { path: string } | { port: number };

/** The size of a terminal, in characters. */
export interface WindowSize {
	columns: number;
	rows: number;
}
