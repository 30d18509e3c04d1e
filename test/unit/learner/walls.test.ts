import { describe, expect, test } from "vitest";
import { inKit, readText } from "../../../harness/base/kit.ts";
import { lessons } from "../../../harness/judge/lessons.ts";
import { drawWalls, PICTURE_COLUMNS, WALL_LESSONS, wallsInWords, wallsUpTo } from "../../../harness/learner/walls.ts";

describe("drawWalls", () => {
	test("a built wall is a line, the current lesson's is dashed, and one to come is a gap", () => {
		expect(drawWalls(wallsUpTo("04"))).toEqual([
			"┌─ 02 hostname ✓ ┬─ 03 root ✓ ────┐",
			"                                  ╎",
			"  09 image ·          04 mounts › ╎",
			"├           one process           ┤",
			"  08 network ·     05 processes ·",
			"",
			"└  07 disk ·     ┴  06 limits ·   ┘",
			"✓ built  › this lesson  · to come",
		]);
	});

	test("[every lesson passed] the walls are closed all around", () => {
		const [top = "", ...rows] = drawWalls(() => "built").slice(0, -1);
		const bottom = rows.pop() ?? "";
		for (const row of rows) expect(row).toMatch(/^[│├].*[│┤]$/);
		for (const edge of [top, bottom]) expect(edge).toMatch(/^[┌└]─ \d\d \w+ ✓ ─*[┬┴]─ \d\d \w+ ✓ ─*[┐┘]$/);
	});

	test.each(["built", "current", "to come"] as const)("[all are %s] every line fits the picture's width", (state) => {
		for (const line of drawWalls(() => state)) expect(line.length).toBeLessThanOrEqual(PICTURE_COLUMNS);
	});

	test("each lesson changes the picture in one wall only", () => {
		for (const lesson of WALL_LESSONS) {
			const lacking = drawWalls((wall) => (wall === lesson ? "to come" : "built")).join("\n");
			expect(lacking).toContain(`${lesson} `);
			expect(lacking.match(/\d\d \w+ ·/g)).toEqual([expect.stringContaining(lesson)]);
		}
	});

	test("the walls are those of lessons that exist", async () => {
		const numbers = (await lessons()).map(({ id }) => id.slice(0, 2));
		expect(WALL_LESSONS.filter((lesson) => !numbers.includes(lesson))).toEqual([]);
	});
});

test("wallsInWords names the walls in the same three groups, and leaves out an empty group", () => {
	expect(wallsInWords(wallsUpTo("04"))).toBe(
		"built: 02 hostname, 03 root; this lesson: 04 mounts; to come: 05 processes, 06 limits, 07 disk, 08 network, 09 image",
	);
	expect(wallsInWords(() => "built")).not.toMatch(/to come|this lesson/);
});

test("README.md shows the picture of a learner in lesson 06", async () => {
	const readme = await readText(inKit("README.md"));
	expect(readme).toContain(`\`\`\`text\n${drawWalls(wallsUpTo("06")).join("\n")}\n\`\`\`\n`);
});
