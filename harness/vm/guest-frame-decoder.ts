import * as v from "valibot";
import { FrameDecoder, GuestFrame, LIMITS, ProtocolError } from "../protocol/index.ts";

/**
 * Decodes the bytes from a guest: limits their amount, splits them into frames, and validates each frame. None of the
 * bytes are trusted.
 */
export class GuestFrameDecoder {
	readonly #decoder = new FrameDecoder(LIMITS.frameBytes);
	#bytesLeft: number = LIMITS.runBytes;

	/** Removes the limit on the amount of bytes. For callers that do not keep what they receive. */
	liftLimit(): void {
		this.#bytesLeft = Number.POSITIVE_INFINITY;
	}

	/**
	 * Decodes the next bytes.
	 * @returns the frames that are now complete
	 * @throws {ProtocolError} the bytes are too many or invalid; the caller must not decode any after them
	 */
	push(chunk: Buffer): GuestFrame[] {
		this.#bytesLeft -= chunk.length;
		if (this.#bytesLeft < 0) throw new ProtocolError("the guest sent too much in one run");
		return this.#decoder.push(chunk).map(validate);
	}
}

function validate(frame: unknown): GuestFrame {
	removePrototypeKeys(frame);
	// Stops at the first error: a frame of four mebibytes can contain a million.
	const parsed = v.safeParse(GuestFrame, frame, { abortEarly: true });
	if (parsed.success) return parsed.output;
	throw new ProtocolError(parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join("; "));
}

// JSON.parse makes `__proto__` a key like any other. Whoever copies such an object key by key would give the copy another
// prototype. Schemas leave out keys that they do not know, but a value of any form keeps all of its keys.
function removePrototypeKeys(frame: unknown): void {
	// No recursion: JSON may be nested more deeply than calls.
	const left = [frame];
	while (left.length > 0) {
		const value = left.pop();
		if (typeof value !== "object" || value === null) continue;
		Reflect.deleteProperty(value, "__proto__");
		for (const part of Object.values(value)) left.push(part);
	}
}
