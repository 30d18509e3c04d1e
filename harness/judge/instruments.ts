import { existsSync } from "node:fs";
import { inKit } from "../base/kit.ts";
import { bundle } from "../engine/bundle.ts";
import type { Lesson } from "./lessons.ts";

/**
 * A lesson's instruments: what it measures beyond the steps that every lesson has, as a program for the agent.
 * @returns CommonJS, for which `#guest` is the guest's own code; undefined when the lesson has no `instrument.ts`
 */
export async function instrumentsOf({ id }: Lesson): Promise<string | undefined> {
	const file = inKit("lessons", id, "instrument.ts");
	return existsSync(file) ? (await bundle({ entry: file }, new Map())).code : undefined;
}
