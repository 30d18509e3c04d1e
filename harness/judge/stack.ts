import { resolve } from "node:path";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { brief, type Diagnostic } from "../engine/bundle.ts";

/**
 * Finds where in the learner's file an exception came from.
 * @param stack of the bundled program, as V8 prints it
 * @param map the bundle's source map, JSON
 * @param file the learner's file
 * @returns the topmost frame that lies in it; null if none does
 */
export function locate(stack: string, map: string, file: string): Diagnostic | null {
	const trace = new TraceMap(map);
	const message = brief(stack.split("\n")[0] ?? "");
	for (const [, line, column] of stack.matchAll(/exercise\.js:(\d+):(\d+)/g)) {
		// The exercise may have written the stack itself; both are counted from 1.
		if (!(Number(line) >= 1 && Number(column) >= 1)) continue;
		const position = originalPositionFor(trace, { line: Number(line), column: Number(column) - 1 });
		if (position.source === null || resolve("/", position.source) !== resolve(file)) continue;
		return { message, file: resolve(file), line: position.line, column: position.column + 1 };
	}
	return null;
}
