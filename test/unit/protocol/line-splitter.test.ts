import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter } from "../../../harness/protocol/index.ts";

test("wherever a text is cut into pieces, its lines are the same", () => {
	const piece = fc.string({ unit: fc.constantFrom("a", "é", "\n", "\r", "\u2028") });
	fc.assert(
		fc.property(fc.array(piece), (pieces) => {
			const lines = new LineSplitter(1_000);
			expect(pieces.flatMap((each) => lines.push(each))).toEqual(pieces.join("").split("\n").slice(0, -1));
		}),
	);
});

test("only the last characters of a line without an end are kept", () => {
	const lines = new LineSplitter(4);
	for (const piece of ["first", "second", "third"]) expect(lines.push(piece)).toEqual([]);
	expect(lines.restChars).toBe(4);
	expect(lines.push("!\nnext")).toEqual(["hird!"]);
});

test("a line that arrives in one piece is complete, however long it is", () => {
	expect(new LineSplitter(0).push("long\nlonger\n")).toEqual(["long", "longer"]);
});
