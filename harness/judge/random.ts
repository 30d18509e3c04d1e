import { randomBytes, randomInt } from "node:crypto";
import { type Check, EXIT_CODE, type Random } from "./check.ts";
import type { RandomInputs } from "./values.ts";

const ADJECTIVES = ["brisk", "calm", "deep", "keen", "mild", "proud", "quiet", "salty", "swift", "tidal"];
const NOUNS = ["anchor", "barge", "cutter", "ferry", "gull", "hull", "mast", "otter", "sloop", "tug"];

/** Draws inputs that a submission cannot know in advance. */
export const random: Random = {
	hostname: () => `${pick(ADJECTIVES)}-${pick(NOUNS)}-${hex(2)}`,
	name: (stem) => `${stem}-${hex(4)}`,
};

/** Draws the inputs of one run: the check's own, and the exit code with which the command will have to end. */
export function drawInputs(check: Check): RandomInputs {
	return { [EXIT_CODE]: String(EXIT_CODES.first + randomInt(EXIT_CODES.count)), ...check.draw(random) };
}

/**
 * Above success (0) and common failures (1, 2); below the shell's own codes (126, 127) and those of signals (128 +
 * n).
 */
const EXIT_CODES = { first: 3, count: 100 };

const pick = (words: readonly string[]) => words[randomInt(words.length)] ?? "";
const hex = (bytes: number) => randomBytes(bytes).toString("hex");
