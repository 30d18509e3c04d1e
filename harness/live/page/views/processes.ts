import { shellOf } from "../../views/phrases.ts";
import { processesOf, type Row } from "../../views/processes.ts";
import { h } from "../elements.ts";
import type { Painter } from "./painter.ts";

/** The tree of processes, with each one's pid on the host and its pids inside. */
export const processes: Painter = {
	name: "processes",
	title: "Processes",
	paint(past) {
		const { said, rows, folded } = processesOf(past);
		const heads = ["process", "host's pid", "pid inside"].map((text) => h("th", { scope: "col" }, text));
		const names = [...new Set(folded)].map((name) => {
			const times = folded.filter((other) => other === name).length;
			return times === 1 ? name : `${name} × ${times}`;
		});
		return {
			said,
			body: h(
				"div",
				{ class: "processes" },
				h("table", {}, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows.map(line))),
				folded.length > 0 && h("p", { class: "processes-folded" }, `and, unchanged all the time: ${names.join(", ")}`),
			),
		};
	},
};

function line(row: Row): Element {
	const { name, pids, inner, depth, side, shell, first, zombie, fate } = row;
	const tags = [
		shell && side !== null && tag(shellOf(side), `processes-${side}`),
		first && tag("pid 1 of its namespace", "processes-first"),
		zombie && tag("zombie", "processes-bad"),
		fate === "ended" && tag("✕ ended", "processes-bad"),
		fate === "new" && tag("new", "processes-new"),
	];
	const [pid] = pids;
	const many = pids.length > 1;
	const title = h(
		"th",
		{ scope: "row" },
		depth > 0 && h("span", { class: "processes-branch", "aria-hidden": "true" }, "└"),
		h("span", { class: "processes-name" }, many ? `${name} × ${pids.length}` : name),
		...tags,
	);
	title.style.setProperty("--depth", String(depth));
	const classes = [side !== null && `processes-of-${side}`, fate === "ended" && "processes-ended"];
	return h(
		"tr",
		{ class: classes.filter(Boolean).join(" ") },
		title,
		h("td", {}, many ? `${pid} … ${pids.at(-1)}` : String(pid)),
		h("td", {}, inner.length === 0 ? "" : inner.toReversed().join(", ")),
	);
}

const tag = (text: string, name: string) => h("span", { class: `processes-tag ${name}` }, text);
