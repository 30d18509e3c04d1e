import { type Cell, type Kind, type Mark, MEMBERS, type Member, namespacesOf } from "../../views/namespaces.ts";
import { SHELL_NAMES, shellNameOf } from "../../views/phrases.ts";
import { h } from "../elements.ts";
import type { Painter } from "./painter.ts";

/**
 * The least distance between two marks that have names, in percent. A mark that is nearer to the last named one has
 * no name.
 */
const NEAREST_NAMES = 16;
/** From this position on, in percent, a name ends at its mark instead of beginning there. */
const LAST_NAMES = 85;

/** Which namespaces each process is in. */
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
	// The two outer processes share the namespace, and the one between them is in another.
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
	// Every painting makes a new element. The negative delay lets the animation continue where the last element's was.
	if (changedAgoMs !== null) {
		element.classList.add("namespaces-flip");
		element.style.setProperty("animation-delay", `${-Math.round(changedAgoMs)}ms`);
	}
	return element;
}

/** A lane for each shell, with a mark for each moment at which it entered other namespaces. */
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
	const name = hasName && h("small", {}, markLabel(mark));
	const element = h("li", { title: said, "aria-label": said }, name, h("span", {}, mark.back ? "△" : "▲"));
	element.style.setProperty("left", `${percent.toFixed(1)}%`);
	// Otherwise a name at the end would be beyond the edge.
	if (percent > LAST_NAMES) element.classList.add("namespaces-late");
	return element;
}

function markLabel({ kinds, back }: Mark): string {
	const [first = ""] = kinds;
	return `${back ? "back " : ""}${kinds.length > 2 ? `${first} +${kinds.length - 1}` : kinds.join(" ")}`;
}
