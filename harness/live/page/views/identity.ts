import { type IdMapPicture, type IdRange, identityOf, type UserPair } from "../../views/identity.ts";
import { h, svg } from "../elements.ts";
import type { Painter } from "./painter.ts";

const WIDTH = 600;
const HEIGHT = 60;
/** The gap between two ranges of a map, in the picture's units. */
const GAP = 40;

/** The id maps of a user namespace, and a table of users with both their ids and both their names. */
export const identity: Painter = {
	name: "identity",
	title: "Identity",
	isRead: ({ shells }) => Object.values(shells).some((shell) => shell?.identity != null),
	paint(past) {
		const { latestChange, maps, users, ownNamespace } = identityOf(past);
		if (maps.length === 0)
			return { latestChange, body: h("p", { class: "identity-empty" }, "The maps were not read.") };
		const body = h(
			"div",
			{ class: "identity" },
			h(
				"p",
				{ class: "identity-user-namespace" },
				ownNamespace
					? "The container's shell is in a user namespace of its own."
					: "Host and container share one user namespace.",
			),
			...mergedIfEqual(maps).map(([title, map]) => mapSection(title, map)),
			usersTable(users),
		);
		return { latestChange, body };
	},
};

// The maps of users and groups are usually the same; one section then shows both.
function mergedIfEqual(maps: readonly IdMapPicture[]): [title: string, map: IdMapPicture][] {
	const [users, groups] = maps;
	const isSame = JSON.stringify(users?.ranges) === JSON.stringify(groups?.ranges);
	if (users !== undefined && isSame) return [["users and groups", users]];
	return maps.map((map) => [map.of, map]);
}

function mapSection(title: string, { ranges, identical }: IdMapPicture): Element {
	const rangesText = (side: "inside" | "outside") => ranges.map((range) => rangeOf(range[side])).join(", ");
	const [inside, outside] = identical
		? ["every id", "the same id"]
		: ranges.length === 0
			? ["no id", "no id: there is no map"]
			: [rangesText("inside"), rangesText("outside")];
	return h(
		"section",
		{ class: "identity-map" },
		h("h3", { class: "identity-title" }, title),
		h("p", { class: "identity-inside" }, "container: ", h("b", {}, inside)),
		drawRanges(ranges, identical),
		h("p", { class: "identity-outside" }, "host: ", h("b", {}, outside)),
		!identical && h("p", { class: "identity-unmapped" }, "All other ids are shown there as 65534, nobody."),
	);
}

const rangeOf = ({ first, last }: IdRange["inside"]) => (first === last ? String(first) : `${first}–${last}`);

// Not to scale: one id, or a thousand, of four thousand million would be too narrow to be seen.
function drawRanges(ranges: readonly IdRange[], whole: boolean): Element {
	const [inside, outside] = (["inside", "outside"] as const).map((side) => positionsOf(ranges, side, whole));
	const bands = ranges.map((range) => {
		const [above, below] = [inside?.get(range), outside?.get(range)];
		if (above === undefined || below === undefined) return null;
		return svg("polygon", {
			class: "identity-range",
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

// If the first range begins at id 0, it is drawn from the left edge; otherwise from further right. The other ranges follow
// in their order.
function positionsOf(
	ranges: readonly IdRange[],
	side: "inside" | "outside",
	whole: boolean,
): Map<IdRange, { from: number; to: number }> {
	if (whole) return new Map(ranges.map((range) => [range, { from: 0, to: WIDTH }]));
	const sorted = ranges.toSorted((one, other) => one[side].first - other[side].first);
	const begins = sorted[0]?.[side].first === 0 ? 0 : GAP * 3;
	const room = (WIDTH - begins - GAP * 3 - GAP * sorted.length) / Math.max(1, sorted.length);
	return new Map(
		sorted.map((range, index) => {
			const from = begins + index * (room + GAP);
			const { first, last } = range.inside;
			return [range, { from, to: from + (first === last ? 12 : room) }];
		}),
	);
}

function usersTable(users: readonly UserPair[]): Element {
	const columns = ["", "in the container", "on the host"];
	return h(
		"table",
		{ class: "identity-users" },
		h("thead", {}, h("tr", {}, ...columns.map((column) => h("th", { scope: "col" }, column)))),
		h(
			"tbody",
			{},
			...users.map(({ inside, outside, isShell, differs }) =>
				h(
					"tr",
					{ class: isShell && "identity-shell-user" },
					h("td", {}, isShell ? "▸ the shell" : differs ? "≠" : "="),
					h("td", {}, h("b", {}, String(inside.id)), ` ${inside.name || "(no name)"}`),
					h("td", {}, h("b", {}, String(outside.id)), ` ${outside.name || "(no name)"}`),
				),
			),
		),
	);
}
