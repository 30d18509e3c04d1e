import { readFile } from "node:fs/promises";
import { inKit } from "../../harness/base/kit.ts";
import { fits, type Item } from "./items.ts";

/** The result that an item had when it was last played. */
export interface KnownResult {
	/** The `key` of the item when it was played. If the item has another key now, its result is not known. */
	key: string;
	/** Such as `fail no-ipc 3`. */
	result: string;
}

/** The known results of one lesson's items, or of the whole test files, by the item's name. */
export type Records = ReadonlyMap<string, KnownResult>;

const LINE = /^([0-9a-f]{16})\t([^\t\n]+)\t([^\t\n]+)$/;

/** The file with a lesson's records. @param lesson its id; `TEST_FILES` for the records of whole test files */
export const recordsFile = (lesson: string): string => inKit("test/records", `${lesson}.txt`);

/** Reads a lesson's records; none if there is no such file. @throws {Error} a line has another form */
export async function readRecords(lesson: string, file = recordsFile(lesson)): Promise<Records> {
	return parseRecords(await readFile(file, "utf8").catch(() => ""), file);
}

/** Reads records: a line each, with key, name and result, separated by tabs. */
export function parseRecords(text: string, file: string): Records {
	const lines = text.split("\n").filter(Boolean);
	return new Map(
		lines.map((line, index) => {
			const [, key = "", name = "", result = ""] = LINE.exec(line) ?? [];
			if (key === "") throw new Error(`${file}:${index + 1} is not a record: KEY, NAME and RESULT with tabs between`);
			return [name, { key, result }];
		}),
	);
}

/** What is wrong with records, in words: they are of no item, or have a result that their item may not have. */
export function wrongRecords(records: Records, items: readonly Item[]): string[] {
	const byName = new Map(items.map((item) => [item.name, item]));
	return [...records].flatMap(([name, { key, result }]) => {
		const item = byName.get(name);
		if (item === undefined) return [`there is no ${name}; npm run records removes its record`];
		if (key !== item.key || fits(item, result)) return [];
		return [`${item.lesson} ${name} is recorded as "${result}", and should be ${item.expected.join(" or ")}`];
	});
}

/** The text of a file of records, sorted by name, so that two changes rarely touch the same lines. */
export function recordsText(records: Records): string {
	return [...records]
		.sort(([one], [other]) => (one < other ? -1 : 1))
		.map(([name, { key, result }]) => `${key}\t${name}\t${result}\n`)
		.join("");
}
