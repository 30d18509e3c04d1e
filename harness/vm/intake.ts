import * as v from "valibot";
import { FrameDecoder, GuestFrame, LIMITS, ProtocolError } from "../protocol/index.ts";

/** Takes in what a guest says, byte by byte not to be trusted: bounds it, cuts it into frames, and validates each. */
export class Intake {
	readonly #decoder = new FrameDecoder(LIMITS.frameBytes);
	#room: number = LIMITS.runBytes;

	/** From now on any amount may be said: what is taken in is not kept. */
	liftLimit(): void {
		this.#room = Number.POSITIVE_INFINITY;
	}

	/**
	 * Takes the next bytes.
	 * @returns the frames that are now whole
	 * @throws {ProtocolError} whatever is wrong with them; what comes after is not to be taken any more
	 */
	take(chunk: Buffer): GuestFrame[] {
		this.#room -= chunk.length;
		if (this.#room < 0) throw new ProtocolError("too much was said in one run");
		return this.#decoder.push(chunk).map(validate);
	}
}

function validate(said: unknown): GuestFrame {
	// The first thing wrong is enough: a frame of four megabytes has room for a million.
	const parsed = v.safeParse(GuestFrame, said, { abortEarly: true });
	if (parsed.success) return parsed.output;
	throw new ProtocolError(parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join("; "));
}
