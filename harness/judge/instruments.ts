import { existsSync } from "node:fs";
import { inKit } from "../base/kit.ts";
import { bundle } from "../engine/bundle.ts";
import type { Lesson } from "./lessons.ts";

/** The instruments bundled since drydock started, by lesson. Each lesson's are bundled once. */
const bundled = new Map<string, Promise<string | undefined>>();

/**
 * Bundles a lesson's instruments: functions that the agent runs to measure what no ordinary step measures.
 * @returns CommonJS, without `#guest`, which the agent provides; undefined if the lesson has no `instrument.ts`
 */
export function instrumentsOf({ id }: Lesson): Promise<string | undefined> {
	const known = bundled.get(id) ?? bundleInstruments(id);
	bundled.set(id, known);
	// The next run tries again: the compiler may have failed only this time.
	known.catch(() => bundled.delete(id));
	return known;
}

async function bundleInstruments(id: string): Promise<string | undefined> {
	const file = inKit("lessons", id, "instrument.ts");
	return existsSync(file) ? (await bundle({ entry: file }, new Map())).code : undefined;
}
