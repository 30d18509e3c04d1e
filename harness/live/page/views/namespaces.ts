import { type Cell, type Kind, type Mark, MEMBERS, type Member, namespacesOf } from "../../views/namespaces.ts";
import { SHELL_NAMES, shellNameOf } from "../../views/phrases.ts";
import { h } from "../elements.ts";
import type { Painter } from "./painter.ts";

/** A mark that is nearer to the last one with a name than this, in percent, has none itself. */
const NEAREST_NAMES = 16;
/** From here on, in percent, a name ends at its mark. */
const LAST_NAMES = 85;

/** Who is in which namespace. */
export const namespaces: Painter = {
	name: "namespaces",
	title: "Namespaces",
	paint(past) {
		const { said, kinds, marks, fromMs, untilMs } = namespacesOf(past);
		const heads = MEMBERS.map((member) =>
			h("th", { scope: "col", class: `namespaces-${member}` }, member === "init" ? "host" : shellNameOf(member)),
		);
		const table = h(
			"table",
			{},
			h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "kind"), ...heads)),
			h("tbody", {}, ...kinds.map(row)),
		);
		return { said, body: h("div", { class: "namespaces" }, table, strip(marks, fromMs, untilMs)) };
	},
};

function row({ kind, holds, cells }: Kind): Element {
	return h(
		"tr",
		{},
		h("th", { scope: "row" }, h("b", {}, kind), " ", h("small", {}, holds)),
		...MEMBERS.map((member) => cell(member, cells)),
	);
}

function cell(member: Member, cells: Kind["cells"]): Element {
	const one = cells[member];
	if (one === undefined) return h("td", {}, "–");
	const { init, host, container } = cells;
	const left = member === "host" ? init : member === "container" ? host : undefined;
	// The two at the sides, past the one between them.
	const around = member === "host" && one.letter !== init?.letter && init?.letter === container?.letter;
	const joined = [left?.letter === one.letter && "namespaces-joined", around && "namespaces-around"];
	return h("td", { class: joined.filter(Boolean).join(" ") }, box(member, one));
}

function box(member: Member, { letter, own, forChildren, changed, changedAgoMs }: Cell): Element {
	const word = member === "init" ? "" : own ? "own" : "host's";
	const classes = ["namespaces-box", own && "namespaces-own", changed && "namespaces-changed"];
	const element = h(
		"span",
		{ class: classes.filter(Boolean).join(" ") },
		h("b", {}, letter),
		h("span", { class: "namespaces-word" }, forChildren === null ? word : `children: ${forChildren}`),
		changed && h("strong", { class: "namespaces-new" }, "new"),
	);
	// A picture that is painted again goes on where the last one was.
	if (changedAgoMs !== null) {
		element.classList.add("namespaces-flip");
		element.style.setProperty("animation-delay", `${-Math.round(changedAgoMs)}ms`);
	}
	return element;
}

/** When each shell came into other namespaces: a lane for each, from left to right. */
function strip(marks: readonly Mark[], fromMs: number, untilMs: number): Element {
	const lanes = SHELL_NAMES.map((name) => {
		let named = -NEAREST_NAMES;
		const points = marks
			.filter(({ shell }) => shell === name)
			.map((mark) => {
				const percent = untilMs === fromMs ? 0 : (100 * (mark.atMs - fromMs)) / (untilMs - fromMs);
				const hasName = percent - named >= NEAREST_NAMES;
				if (hasName) named = percent;
				return point(mark, percent, hasName);
			});
		const track = h("ol", { class: "namespaces-track" }, ...points);
		return h("div", { class: `namespaces-lane namespaces-${name}` }, h("span", {}, name), track);
	});
	return h("div", { class: "namespaces-strip" }, ...lanes);
}

function point(mark: Mark, percent: number, hasName: boolean): Element {
	const said = `${Math.round(mark.atMs / 1_000)} s: ${mark.said}`;
	const name = hasName && h("small", {}, nameOf(mark));
	const element = h("li", { title: said, "aria-label": said }, name, h("span", {}, mark.back ? "△" : "▲"));
	element.style.setProperty("left", `${percent.toFixed(1)}%`);
	// A name at the end would be beyond the edge.
	if (percent > LAST_NAMES) element.classList.add("namespaces-late");
	return element;
}

function nameOf({ kinds, back }: Mark): string {
	const [first = ""] = kinds;
	return `${back ? "back " : ""}${kinds.length > 2 ? `${first} +${kinds.length - 1}` : kinds.join(" ")}`;
}
