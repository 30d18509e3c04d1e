import { readdir } from "node:fs/promises";
import { keyOf } from "../base/cache.ts";
import { inKit, readText } from "../base/kit.ts";
import { bundle } from "../engine/bundle.ts";
import type { Check } from "../judge/check.ts";
import { judgedBy, type Lesson } from "../judge/lessons.ts";
import { engineOf } from "../judge/trial.ts";

/** What takes part in a judgement, apart from the lesson and the engine. */
const JUDGING = [
	"harness/judge",
	"harness/engine",
	"harness/guest",
	"harness/protocol",
	"harness/readings",
	"harness/classroom",
];

/** A name for everything of the kit's that a judgement on this lesson depends on; the same on every computer. */
export async function kitKey(lesson: Lesson, check: Check): Promise<string> {
	const { code } = await bundle(engineOf(check), new Map());
	return keyOf("kit 1", lesson.id, check.weight, await judgedBy(lesson), code, await sources());
}

async function sources(): Promise<string[]> {
	const texts = JUDGING.map(async (dir) => {
		const entries = await readdir(inKit(dir), { recursive: true });
		const names = entries.filter((name) => name.endsWith(".ts")).sort();
		return Promise.all(names.map((name) => readText(inKit(dir, name))));
	});
	return (await Promise.all(texts)).flat();
}
