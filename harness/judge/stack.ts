import { SourceMap, type SourceMapPayload } from "node:module";
import { resolve } from "node:path";
import { type Diagnostic, shortenedMessage } from "../engine/bundle.ts";

/**
 * Finds where in the learner's file an exception came from.
 * @param stack the exception's stack in the bundled program, as V8 prints it
 * @param map the bundle's source map, JSON
 * @param file the learner's file
 * @returns the topmost frame in the learner's file; null if there is none
 */
export function placeOfException(stack: string, map: string, file: string): Diagnostic | null {
	const sourceMap = new SourceMap(JSON.parse(map) as SourceMapPayload);
	const message = shortenedMessage(stack.split("\n")[0] ?? "");
	for (const [, line, column] of stack.matchAll(/exercise\.js:(\d+):(\d+)/g)) {
		// V8 counts from 1, a source map from 0. A smaller number is possible: the exercise can change the stack's text.
		if (!(Number(line) >= 1 && Number(column) >= 1)) continue;
		const entry = sourceMap.findEntry(Number(line) - 1, Number(column) - 1);
		// For a line without a mapping, Node returns the last mapping of an earlier line. The bundler's own code has no
		// source.
		if (!("originalSource" in entry) || entry.generatedLine !== Number(line) - 1) continue;
		if (resolve("/", entry.originalSource ?? "") !== resolve(file)) continue;
		return { message, file: resolve(file), line: entry.originalLine + 1, column: entry.originalColumn + 1 };
	}
	return null;
}
