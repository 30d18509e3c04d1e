import type { Demo } from "../judge/demo.ts";
import { type Proof, proof } from "./proof.ts";

/**
 * Proves that a demo has a title, promises, and steps with all their texts, and that its promises are valid patterns.
 * The rehearsal tests whether the output matches them.
 */
export function proveDemo({ title, steps }: Demo): Proof {
	const promises = steps.flatMap((step) => step.promises);
	return proof("demo.ts has a title, steps with all their texts, and promises that are valid patterns", [
		...(title.trim() === "" ? ["give it a title"] : []),
		...(steps.length === 0 ? ["give it steps"] : []),
		...(promises.length === 0 ? ["give it promises: regular expressions that match the output"] : []),
		...steps.flatMap(({ narration, command, look }, index) =>
			[narration, command, look].some((text) => text.trim() === "")
				? [`step ${index + 1}: its narration, command or look is empty`]
				: [],
		),
		...promises.flatMap((promise) => {
			const error = whyNoPattern(promise);
			return error === null ? [] : [error];
		}),
	]);
}

// Why a text is not a valid regular expression; null if it is one.
function whyNoPattern(pattern: string): string | null {
	try {
		new RegExp(pattern);
		return null;
	} catch (error) {
		return (error as Error).message;
	}
}
