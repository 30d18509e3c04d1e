import { existsSync } from "node:fs";
import { inKit } from "../base/kit.ts";
import { bundle } from "../engine/bundle.ts";
import type { Lesson } from "./lessons.ts";

/**
 * Bundles a lesson's instruments: functions that the agent runs to measure what no ordinary step measures.
 * @returns CommonJS, without `#guest`, which the agent provides; undefined if the lesson has no `instrument.ts`
 */
export async function instrumentsOf({ id }: Lesson): Promise<string | undefined> {
	const file = inKit("lessons", id, "instrument.ts");
	return existsSync(file) ? (await bundle({ entry: file }, new Map())).code : undefined;
}
