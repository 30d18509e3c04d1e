import { randomBytes, randomInt } from "node:crypto";
import { type Check, EXIT_CODE, type Random } from "./check.ts";
import type { Drawn } from "./values.ts";

const ADJECTIVES = ["brisk", "calm", "deep", "keen", "mild", "proud", "quiet", "salty", "swift", "tidal"];
const NOUNS = ["anchor", "barge", "cutter", "ferry", "gull", "hull", "mast", "otter", "sloop", "tug"];

/** Draws inputs that no submission can know beforehand. */
export const random: Random = {
	hostname: () => `${pick(ADJECTIVES)}-${pick(NOUNS)}-${hex(2)}`,
	name: (stem) => `${stem}-${hex(4)}`,
};

/** Draws the inputs of one run: the check's own, and the exit code that the command will be told to end with. */
export function drawFor(check: Check): Drawn {
	return { [EXIT_CODE]: String(EXIT_CODES.least + randomInt(EXIT_CODES.many)), ...check.draw(random) };
}

/** Neither success nor a common failure, and below those that tell of the shell (126, 127) and of signals (128 + n). */
const EXIT_CODES = { least: 3, many: 100 };

const pick = (words: readonly string[]) => words[randomInt(words.length)] ?? "";
const hex = (bytes: number) => randomBytes(bytes).toString("hex");
