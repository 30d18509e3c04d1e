import { type ChildProcess, spawn } from "node:child_process";

/**
 * A type checker in its own process. The process has no files: it asks this channel for every file that it needs.
 * Messages are MessagePack arrays: [type, name, payload]; name and payload are binary.
 */
export class CheckerChannel {
	readonly #child: ChildProcess;
	readonly #answer: (name: string, argument: string) => Promise<string> | string;
	#rest: Buffer = Buffer.alloc(0);
	#resolve: (payload: string) => void = () => {};
	#reject: (error: Error) => void = () => {};
	readonly #ended: Promise<void>;

	/**
	 * @param script starts the type checker: see confined-compiler.ts
	 * @param answer answers a question about a file: gets the question's name, and the path as JSON; returns JSON
	 */
	constructor(
		script: string,
		environment: Record<string, string>,
		args: string[],
		answer: (name: string, argument: string) => Promise<string> | string,
	) {
		this.#answer = answer;
		// Not zx, which would collect all output in memory: messages go both ways as long as the process runs.
		this.#child = spawn(script, args, {
			stdio: ["pipe", "pipe", "ignore"],
			env: { ...process.env, ...environment },
		});
		const gone = (error = new Error("it ended")) => this.#reject(error);
		this.#child.stdin?.on("error", gone);
		this.#child.stdout?.on("data", (chunk: Buffer) => this.#take(chunk));
		this.#child.on("error", gone);
		this.#ended = new Promise((resolve) => this.#child.once("close", () => resolve()));
		this.#ended.then(() => gone());
	}

	/**
	 * Sends a request; only one at a time.
	 * @returns the answer; null if it is empty
	 * @throws {Error} the checker refuses the request, sends something else than a message, or has ended; or a question
	 * of the checker could not be answered
	 */
	request(name: string, parameters: unknown): Promise<unknown> {
		return new Promise<string>((resolve, reject) => {
			this.#resolve = resolve;
			this.#reject = reject;
			this.#send(REQUEST, name, JSON.stringify(parameters));
		}).then((payload) => (payload === "" ? null : JSON.parse(payload)));
	}

	/** Ends the process, whatever it is doing. */
	async end(): Promise<void> {
		this.#child.kill();
		await this.#ended;
	}

	#take(chunk: Buffer): void {
		this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
		try {
			for (let message = messageIn(this.#rest); message !== null; message = messageIn(this.#rest)) {
				this.#rest = this.#rest.subarray(message.length);
				this.#handle(message);
			}
			if (this.#rest.length > MESSAGE_BYTES_MAX) throw new Error("the message is too long");
		} catch (error) {
			this.#child.stdout?.removeAllListeners("data").resume();
			this.#reject(error as Error);
			this.#child.kill();
		}
	}

	#handle({ type, name, payload }: Message): void {
		if (type === RESPONSE) this.#resolve(payload);
		else if (type === ERROR) this.#reject(new Error(payload));
		else if (type === CALL) void this.#respond(name, payload);
		else throw new Error("an unknown message");
	}

	async #respond(name: string, argument: string): Promise<void> {
		try {
			this.#send(CALL_RESPONSE, name, await this.#answer(name, argument));
		} catch (error) {
			this.#reject(error as Error);
			this.#child.kill();
		}
	}

	#send(type: number, name: string, payload: string): void {
		this.#child.stdin?.write(Buffer.concat([Buffer.from([ARRAY_OF_3, type]), binary(name), binary(payload)]));
	}
}

/** A message can list many errors, but each is only a few lines. */
const MESSAGE_BYTES_MAX = 16 << 20;
const [REQUEST, CALL_RESPONSE, RESPONSE, ERROR, CALL] = [1, 2, 4, 5, 6];
const [ARRAY_OF_3, BINARY_8, BINARY_16, BINARY_32] = [0x93, 0xc4, 0xc5, 0xc6];

interface Message {
	type: number;
	name: string;
	payload: string;
	/** Length of the encoded message, in bytes. */
	length: number;
}

function binary(text: string): Buffer {
	const bytes = Buffer.from(text);
	const head = Buffer.alloc(5);
	head[0] = BINARY_32;
	head.writeUInt32BE(bytes.length, 1);
	return Buffer.concat([head, bytes]);
}

// Decodes the first complete message; null while the bytes hold none.
function messageIn(bytes: Buffer): Message | null {
	if (bytes.length < 3) return null;
	if (bytes[0] !== ARRAY_OF_3) throw new Error("not a message");
	// MessagePack encodes a number below 128 as one byte, and a larger one with a prefix byte.
	const typeAt = bytes[1] === 0xcc ? 2 : 1;
	const name = binaryAt(bytes, typeAt + 1);
	const payload = name && binaryAt(bytes, name.end);
	if (!name || !payload) return null;
	return { type: bytes[typeAt] ?? 0, name: name.text, payload: payload.text, length: payload.end };
}

function binaryAt(bytes: Buffer, at: number): { text: string; end: number } | null {
	const sizeBytes = { [BINARY_8]: 1, [BINARY_16]: 2, [BINARY_32]: 4 }[bytes[at] ?? BINARY_8];
	if (sizeBytes === undefined) throw new Error("not binary");
	if (bytes.length < at + 1 + sizeBytes) return null;
	const start = at + 1 + sizeBytes;
	const end = start + bytes.readUIntBE(at + 1, sizeBytes);
	return bytes.length < end ? null : { text: bytes.toString("utf8", start, end), end };
}
