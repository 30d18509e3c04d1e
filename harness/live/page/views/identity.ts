import { type Ruler, type Someone, type Stretch, taskIdentity } from "../../views/identity.ts";
import { h, svg } from "../elements.ts";
import type { Painter } from "./painter.ts";

const WIDTH = 600;
const HEIGHT = 60;
/** The gap between two stretches of a ruler, in the picture's units. */
const GAP = 40;

/** The maps of a user namespace as rulers, and a table of users with both their ids and both their names. */
export const identity: Painter = {
	name: "identity",
	title: "Identity",
	isRead: ({ shells }) => Object.values(shells).some((shell) => shell?.identity != null),
	paint(past) {
		const { said, rulers, people, own } = taskIdentity(past);
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
			...merged(rulers).map(([title, ruler]) => rulerOf(title, ruler)),
			peopleOf(people),
		);
		return { said, body };
	},
};

// The maps of users and groups are usually the same; one ruler then shows both.
function merged(rulers: readonly Ruler[]): [title: string, ruler: Ruler][] {
	const [users, groups] = rulers;
	const alike = JSON.stringify(users?.stretches) === JSON.stringify(groups?.stretches);
	if (users !== undefined && alike) return [["users and groups", users]];
	return rulers.map((ruler) => [ruler.of, ruler]);
}

function rulerOf(title: string, { stretches, whole }: Ruler): Element {
	const ranges = (side: "inside" | "outside") => stretches.map((stretch) => rangeOf(stretch[side])).join(", ");
	const [inside, outside] = whole
		? ["every number", "the same number"]
		: stretches.length === 0
			? ["no number", "no number: there is no map"]
			: [ranges("inside"), ranges("outside")];
	return h(
		"section",
		{ class: "identity-ruler" },
		h("h3", { class: "identity-title" }, title),
		h("p", { class: "identity-inside" }, "container: ", h("b", {}, inside)),
		rulersOf(stretches, whole),
		h("p", { class: "identity-outside" }, "host: ", h("b", {}, outside)),
		!whole && h("p", { class: "identity-others" }, "All others are nobody there, 65534."),
	);
}

const rangeOf = ({ first, last }: Stretch["inside"]) => (first === last ? String(first) : `${first}–${last}`);

// Not to scale: one id, or a thousand, of four thousand million would be too narrow to be seen.
function rulersOf(stretches: readonly Stretch[], whole: boolean): Element {
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
			"aria-hidden": "true",
		},
		...bands,
		svg("path", { class: "identity-line identity-line-inside", d: `M0 5 H${WIDTH}` }),
		svg("path", { class: "identity-line identity-line-outside", d: `M0 ${HEIGHT - 5} H${WIDTH}` }),
	);
}

// If the first stretch begins at 0, it begins at the left edge; otherwise further right. The others follow in their
// order.
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
