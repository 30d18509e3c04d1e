import { SourceMap, type SourceMapPayload } from "node:module";
import { resolve } from "node:path";
import { brief, type Diagnostic } from "../engine/bundle.ts";

/**
 * Finds where in the learner's file an exception came from.
 * @param stack of the bundled program, as V8 prints it
 * @param map the bundle's source map, JSON
 * @param file the learner's file
 * @returns the topmost frame that lies in it; null if none does
 */
export function locate(stack: string, map: string, file: string): Diagnostic | null {
	const sourceMap = new SourceMap(JSON.parse(map) as SourceMapPayload);
	const message = brief(stack.split("\n")[0] ?? "");
	for (const [, line, column] of stack.matchAll(/exercise\.js:(\d+):(\d+)/g)) {
		// V8 and people count from 1, a source map from 0. The exercise may have written the stack itself.
		if (!(Number(line) >= 1 && Number(column) >= 1)) continue;
		const entry = sourceMap.findEntry(Number(line) - 1, Number(column) - 1);
		// For a line without a mapping, Node returns the last mapping of an earlier line. Code of the bundler's own has no source.
		if (!("originalSource" in entry) || entry.generatedLine !== Number(line) - 1) continue;
		if (resolve("/", entry.originalSource ?? "") !== resolve(file)) continue;
		return { message, file: resolve(file), line: entry.originalLine + 1, column: entry.originalColumn + 1 };
	}
	return null;
}
