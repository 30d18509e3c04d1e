import { type Bundle, bundle } from "./bundle.ts";
import { engineAt } from "./engine-at.ts";

/** The programs made since drydock started, by lesson. Each is made once. */
const programs = new Map<string, Promise<Bundle>>();

/**
 * Bundles the engine that a lesson is checked with, with the reference's own modules.
 * @param lesson the lesson's id
 * @throws {BundleError}
 */
export function referenceProgram(lesson: string): Promise<Bundle> {
	const known = programs.get(lesson) ?? bundle(engineAt(lesson), new Map());
	programs.set(lesson, known);
	// The next run tries again: the compiler may have failed only this time.
	known.catch(() => programs.delete(lesson));
	return known;
}
