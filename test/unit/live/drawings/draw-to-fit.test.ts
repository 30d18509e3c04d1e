import { describe, expect, test } from "vitest";
import { drawLimits } from "../../../../harness/live/drawings/limits.ts";
import { drawNetwork } from "../../../../harness/live/drawings/network.ts";
import { drawToFit, pixelsOf } from "../../../../harness/live/page/views/draw-to-fit.ts";
import { limitsOf } from "../../../../harness/live/views/limits.ts";
import { networkOf } from "../../../../harness/live/views/network.ts";
import { sheetOf } from "../../../support/drawings.ts";
import { limitsSeen, networkSeen } from "../../../support/recorded-demos.ts";

/** The room for a drawing beside a shell on a projector of 1280×720 pixels, in large type. */
const PANEL = { width: 450, height: 452, fontSize: 20.8, pageScrolls: false };
const NORMAL = 20.8 / 16;

describe("drawToFit [a panel on a projector, large type]", () => {
	test("at every change in a recording, the network is shown whole", () => {
		const past = networkSeen();
		for (const index of past.keys()) {
			const picture = networkOf(past.slice(0, index + 1));
			const { drawing, zoom } = drawToFit(PANEL, (width) => drawNetwork(picture, sheetOf(width)));
			const { width, height } = pixelsOf(drawing, zoom);
			expect([width <= PANEL.width, height <= PANEL.height], `moment ${index}`).toEqual([true, true]);
		}
	});

	test("a drawing with frames as wide as its sheet is enlarged, if there is room", () => {
		const picture = limitsOf(limitsSeen("limits"));
		expect(drawToFit(PANEL, (width) => drawLimits(picture, sheetOf(width))).zoom).toBeGreaterThan(NORMAL);
	});

	test("where the page scrolls, a drawing has the size of the page's text", () => {
		const picture = networkOf(networkSeen());
		const phone = { ...PANEL, width: 340, pageScrolls: true };
		expect(drawToFit(phone, (width) => drawNetwork(picture, sheetOf(width))).zoom).toBe(NORMAL);
	});

	test("there, a drawing that is too wide for its sheet is made smaller until nothing is cut", () => {
		const wide = { width: 400, height: 4_000, shapes: [], focus: null };
		const phone = { ...PANEL, width: 340, pageScrolls: true };
		const { drawing, zoom } = drawToFit(phone, () => wide);
		expect(pixelsOf(drawing, zoom).width).toBeLessThanOrEqual(phone.width);
	});
});

describe("drawToFit [large text]", () => {
	const normal = { ...PANEL, fontSize: 16 };
	const large = { width: 440, height: 430, fontSize: 20, pageScrolls: false };

	test("at every change in a recording, the network's text is not smaller than in normal text", () => {
		const past = networkSeen();
		for (const index of past.keys()) {
			const picture = networkOf(past.slice(0, index + 1));
			const draw = (width: number) => drawNetwork(picture, sheetOf(width));
			const { zoom } = drawToFit(large, draw, normal);
			expect(zoom, `moment ${index}`).toBeGreaterThanOrEqual(drawToFit(normal, draw).zoom);
		}
	});

	test("a drawing that fits only in normal text keeps that size, and is scrolled", () => {
		const draw = () => ({ width: 400, height: 440, shapes: [], focus: null });
		expect(drawToFit(normal, draw).zoom).toBe(1);
		expect(drawToFit(large, draw, normal).zoom).toBe(1);
	});
});
