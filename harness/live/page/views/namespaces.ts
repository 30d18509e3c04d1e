import {
	type Cell,
	type NamespaceChange,
	type NamespaceKind,
	namespacesOf,
	SHOWN_PROCESSES,
	type ShownProcess,
} from "../../views/namespaces.ts";
import { SHELL_NAMES, shellTitle } from "../../views/phrases.ts";
import { h } from "../elements.ts";
import type { Painter } from "./painter.ts";

/**
 * The least distance between two marks that have labels, in percent. A mark that is nearer to the last labelled one has
 * no label.
 */
const LABEL_DISTANCE_MIN = 16;
/** From this position on, in percent, a label ends at its mark instead of beginning there. */
const LABELS_ON_THE_LEFT_FROM = 85;

/** Which namespaces each process is in. */
export const namespaces: Painter = {
	name: "namespaces",
	title: "Namespaces",
	paint(past) {
		const { latestChange, kinds, changes, fromMs, untilMs } = namespacesOf(past);
		const heads = SHOWN_PROCESSES.map((process) =>
			h("th", { scope: "col", class: `namespaces-${process}` }, process === "init" ? "host" : shellTitle(process)),
		);
		const table = h(
			"table",
			{},
			h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "kind"), ...heads)),
			h("tbody", {}, ...kinds.map(row)),
		);
		return { latestChange, body: h("div", { class: "namespaces" }, table, timeline(changes, fromMs, untilMs)) };
	},
};

function row({ kind, isolates, cells }: NamespaceKind): Element {
	return h(
		"tr",
		{},
		h("th", { scope: "row" }, h("b", {}, kind), " ", h("small", {}, isolates)),
		...SHOWN_PROCESSES.map((process) => cell(process, cells)),
	);
}

function cell(process: ShownProcess, cells: NamespaceKind["cells"]): Element {
	const one = cells[process];
	if (one === undefined) return h("td", {}, "–");
	const { init, host, container } = cells;
	const left = process === "host" ? init : process === "container" ? host : undefined;
	// The two outer processes share the namespace, and the one between them is in another.
	const around = process === "host" && one.letter !== init?.letter && init?.letter === container?.letter;
	const joined = [left?.letter === one.letter && "namespaces-joined", around && "namespaces-joined-around"];
	return h("td", { class: joined.filter(Boolean).join(" ") }, namespaceBox(process, one));
}

function namespaceBox(process: ShownProcess, { letter, own, forChildren, changed, changedAgoMs }: Cell): Element {
	const owner = process === "init" ? "" : own ? "own" : "host's";
	const classes = ["namespaces-frame", own && "namespaces-own", changed && "namespaces-changed"];
	const element = h(
		"span",
		{ class: classes.filter(Boolean).join(" ") },
		h("b", {}, letter),
		h("span", { class: "namespaces-owner" }, forChildren === null ? owner : `children: ${forChildren}`),
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
function timeline(changes: readonly NamespaceChange[], fromMs: number, untilMs: number): Element {
	const lanes = SHELL_NAMES.map((name) => {
		let lastLabelled = -LABEL_DISTANCE_MIN;
		const marks = changes
			.filter(({ shell }) => shell === name)
			.map((change) => {
				const percent = untilMs === fromMs ? 0 : (100 * (change.atMs - fromMs)) / (untilMs - fromMs);
				const hasLabel = percent - lastLabelled >= LABEL_DISTANCE_MIN;
				if (hasLabel) lastLabelled = percent;
				return markAt(change, percent, hasLabel);
			});
		const track = h("ol", { class: "namespaces-track" }, ...marks);
		return h("div", { class: `namespaces-lane namespaces-${name}` }, h("span", {}, name), track);
	});
	return h("div", { class: "namespaces-timeline" }, ...lanes);
}

function markAt(change: NamespaceChange, percent: number, hasLabel: boolean): Element {
	const text = `${Math.round(change.atMs / 1_000)} s: ${change.text}`;
	const label = hasLabel && h("small", {}, markLabel(change));
	const element = h("li", { title: text, "aria-label": text }, label, h("span", {}, change.back ? "△" : "▲"));
	element.style.setProperty("left", `${percent.toFixed(1)}%`);
	// Otherwise a label at the end would be beyond the edge.
	if (percent > LABELS_ON_THE_LEFT_FROM) element.classList.add("namespaces-label-on-the-left");
	return element;
}

function markLabel({ kinds, back }: NamespaceChange): string {
	const [first = ""] = kinds;
	return `${back ? "back " : ""}${kinds.length > 2 ? `${first} +${kinds.length - 1}` : kinds.join(" ")}`;
}
