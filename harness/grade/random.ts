import { randomBytes, randomInt } from "node:crypto";
import type { Random } from "./check.ts";

const ADJECTIVES = ["brisk", "calm", "deep", "keen", "mild", "proud", "quiet", "salty", "swift", "tidal"];
const NOUNS = ["anchor", "barge", "cutter", "ferry", "gull", "hull", "mast", "otter", "sloop", "tug"];

/** Draws inputs that no submission can know beforehand. */
export const random: Random = {
	hostname: () => `${pick(ADJECTIVES)}-${pick(NOUNS)}-${hex(2)}`,
	name: (stem) => `${stem}-${hex(4)}`,
};

const pick = (words: readonly string[]) => words[randomInt(words.length)] ?? "";
const hex = (bytes: number) => randomBytes(bytes).toString("hex");
