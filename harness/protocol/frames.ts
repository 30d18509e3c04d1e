/** The format of a frame: a 32-bit big-endian length, and that many bytes of JSON. */

/** The other side broke the protocol. */
export class ProtocolError extends Error {
	override readonly name = "ProtocolError";
}

/** The bytes of one frame. */
export function encodeFrame(frame: unknown): Buffer {
	const body = Buffer.from(JSON.stringify(frame));
	const head = Buffer.alloc(4);
	head.writeUInt32BE(body.length);
	return Buffer.concat([head, body]);
}

/** Cuts a stream of bytes into frames. */
export class FrameDecoder {
	#chunks: Buffer[] = [];
	#length = 0;

	constructor(readonly maxFrameBytes: number) {}

	/**
	 * Takes the next bytes.
	 * @returns the frames that are now whole, parsed but not validated
	 * @throws {ProtocolError} a frame is too long, or is not JSON
	 */
	push(chunk: Buffer): unknown[] {
		this.#chunks.push(chunk);
		this.#length += chunk.length;
		const frames: unknown[] = [];
		while (this.#length >= 4) {
			const size = this.#peek(4).readUInt32BE();
			if (size > this.maxFrameBytes) throw new ProtocolError(`a frame of ${size} bytes`);
			if (this.#length < 4 + size) break;
			const whole = this.#peek(4 + size);
			frames.push(parseJson(whole.subarray(4, 4 + size)));
			const rest = whole.subarray(4 + size);
			this.#chunks = [rest];
			this.#length = rest.length;
		}
		return frames;
	}

	// Returns at least `size` bytes in one buffer. Joins the chunks only if the first one is too short.
	#peek(size: number): Buffer {
		const [first] = this.#chunks;
		if (first !== undefined && first.length >= size) return first;
		const joined = Buffer.concat(this.#chunks);
		this.#chunks = [joined];
		return joined;
	}
}

function parseJson(bytes: Buffer): unknown {
	try {
		return JSON.parse(bytes.toString("utf8"));
	} catch (cause) {
		throw new ProtocolError("a frame that is not JSON", { cause });
	}
}
