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

/** Something done on the guest's host before the first call. */
export type Preparation =
	| { do: "write"; path: string; text: string; encoding?: "utf8" | "base64"; mode?: number }
	| { do: "directory"; path: string }
	| { do: "copy"; from: string; to: string }
	/** Runs a program; its failure ends the run. What it prints is kept under a name, if one is given. */
	| { do: "run"; argv: string[]; as?: string }
	/** Starts a stock program that goes on running, such as a registry, and waits until it accepts connections. */
	| { do: "serve"; argv: string[]; at: SocketAddress }
	/**
	 * Makes another computer, which only the agent has a name for: a network namespace, and a veth pair whose two ends are
	 * both called `link`. The addresses are said with their prefix. The neighbour becomes the host's default gateway.
	 */
	| { do: "neighbour"; name: string; link: string; hostAddress: string; address: string };

/** Where a server listens on the guest's host: a path of a Unix socket, or a TCP port at 127.0.0.1. */
export type SocketAddress = { path: string } | { port: number };

/** In characters. */
export interface WindowSize {
	columns: number;
	rows: number;
}
