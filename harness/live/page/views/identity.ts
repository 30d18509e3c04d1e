import { identityOf, type Ruler, type Someone, type Stretch } from "../../views/identity.ts";
import { h, svg } from "../elements.ts";
import type { Painter } from "./painter.ts";

const WIDTH = 600;
const HEIGHT = 60;
/** Of a ruler, this much is before the first stretch, after the last, and between two. */
const GAP = 40;

/** One number, two names: the maps of a user namespace as two rulers, and who is who. */
export const identity: Painter = {
	name: "identity",
	title: "Identity",
	paint(past) {
		const { said, rulers, people, own } = identityOf(past);
		if (rulers.length === 0) return { said, body: h("p", { class: "identity-none" }, "The maps were not read.") };
		const body = h(
			"div",
			{ class: "identity" },
			h(
				"p",
				{ class: "identity-where" },
				own
					? "The container's shell is in a user namespace of its own."
					: "Host and container share one user namespace.",
			),
			...rulers.map(rulerOf),
			peopleOf(people),
		);
		return { said, body };
	},
};

function rulerOf({ of, stretches, whole }: Ruler): Element {
	const text = whole
		? `${of}: every number is the same on both sides`
		: stretches.length === 0
			? `${of}: no map, so nobody has a number`
			: `${of}: ${stretches.map(textOf).join("; ")}; all others are nobody`;
	return h(
		"figure",
		{ class: "identity-ruler" },
		h("figcaption", {}, text),
		h(
			"div",
			{ class: "identity-sides" },
			h("span", { class: "identity-inside" }, "container"),
			rulersOf(stretches, whole, text),
			h("span", { class: "identity-outside" }, "host"),
		),
	);
}

const textOf = ({ inside, outside }: Stretch) => `${rangeOf(inside)} → ${rangeOf(outside)} on the host`;

const rangeOf = ({ first, last }: Stretch["inside"]) => (first === last ? String(first) : `${first}–${last}`);

// To scale nothing would be seen: one number, or a thousand, of four thousand million.
function rulersOf(stretches: readonly Stretch[], whole: boolean, text: string): Element {
	const [inside, outside] = (["inside", "outside"] as const).map((side) => placesOf(stretches, side, whole));
	const bands = stretches.map((stretch) => {
		const [above, below] = [inside?.get(stretch), outside?.get(stretch)];
		if (above === undefined || below === undefined) return null;
		return svg("polygon", {
			class: "identity-band",
			points: `${above.from},8 ${above.to},8 ${below.to},${HEIGHT - 8} ${below.from},${HEIGHT - 8}`,
		});
	});
	return svg(
		"svg",
		{
			...{ class: "identity-plot", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" },
			...{ role: "img", "aria-label": text },
		},
		...bands,
		svg("path", { class: "identity-line identity-line-inside", d: `M0 5 H${WIDTH}` }),
		svg("path", { class: "identity-line identity-line-outside", d: `M0 ${HEIGHT - 5} H${WIDTH}` }),
	);
}

// A stretch that begins at 0 stands at the left end; others stand further right, in their order.
function placesOf(
	stretches: readonly Stretch[],
	side: "inside" | "outside",
	whole: boolean,
): Map<Stretch, { from: number; to: number }> {
	if (whole) return new Map(stretches.map((stretch) => [stretch, { from: 0, to: WIDTH }]));
	const sorted = stretches.toSorted((one, other) => one[side].first - other[side].first);
	const begins = sorted[0]?.[side].first === 0 ? 0 : GAP * 3;
	const room = (WIDTH - begins - GAP * 3 - GAP * sorted.length) / Math.max(1, sorted.length);
	return new Map(
		sorted.map((stretch, index) => {
			const from = begins + index * (room + GAP);
			const { first, last } = stretch.inside;
			return [stretch, { from, to: from + (first === last ? 12 : room) }];
		}),
	);
}

function peopleOf(people: readonly Someone[]): Element {
	const columns = ["", "in the container", "on the host"];
	return h(
		"table",
		{ class: "identity-people" },
		h("thead", {}, h("tr", {}, ...columns.map((column) => h("th", { scope: "col" }, column)))),
		h(
			"tbody",
			{},
			...people.map(({ inside, outside, self, differs }) =>
				h(
					"tr",
					{ class: self && "identity-self" },
					h("td", {}, self ? "▸ the shell" : differs ? "≠" : "="),
					h("td", {}, h("b", {}, String(inside.id)), ` ${inside.name || "(no name)"}`),
					h("td", {}, h("b", {}, String(outside.id)), ` ${outside.name || "(no name)"}`),
				),
			),
		),
	);
}
