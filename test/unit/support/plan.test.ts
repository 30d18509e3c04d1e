import { expect, test } from "vitest";
import { drawn, TRIES_ALL } from "../../support/plan.ts";

const POINTS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

test("a draw has so many points in their order, and is the same whenever it is asked for", () => {
	const few = drawn("one", POINTS, 4);
	expect(few).toHaveLength(TRIES_ALL ? 10 : 4);
	expect(few).toEqual(POINTS.filter((point) => few.includes(point)));
	expect(drawn("one", POINTS, 4)).toEqual(few);
});

test("over many tests, each point is drawn", () => {
	const all = Array.from({ length: 200 }, (_, number) => drawn(`test ${number}`, POINTS)).flat();
	expect(new Set(all)).toEqual(new Set(POINTS));
});
