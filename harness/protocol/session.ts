import type { WindowSize, Work } from "./work.ts";

/**
 * A program in the guest. A person or a program on the computer outside talks to it until it ends. It has no deadline.
 */
export interface Session extends Work {
	type: "session";
	/** The program and its arguments. It runs in the harbour: the machine in the guest that learners see. */
	argv: string[];
	/** Variables in addition to those that every program there has. They replace variables of the same name. */
	environment: Record<string, string>;
	/** The size of the program's terminal. Null: the program gets three pipes instead of a terminal. */
	window: WindowSize | null;
}

/**
 * What the computer outside sends during a session. There is no flow control in the protocol: if one side does not
 * read, the port fills up, the other side's write waits, and so does the program that produces the data.
 */
export type SessionFrame =
	/** `data` is base64. Empty data ends the input of a program without a terminal. */
	{ type: "input"; nonce: string; data: string } | { type: "resize"; nonce: string; window: WindowSize };
