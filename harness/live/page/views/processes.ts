import { theShell } from "../../views/phrases.ts";
import { type ProcessRow, processesOf } from "../../views/processes.ts";
import { h } from "../elements.ts";
import type { Painter } from "./painter.ts";

/** The tree of processes, with each one's pid on the host and its pids inside. */
export const processes: Painter = {
	name: "processes",
	title: "Processes",
	paint(past) {
		const { latestChange, rows, unchanged } = processesOf(past);
		const heads = ["process", "host's pid", "pid inside"].map((text) => h("th", { scope: "col" }, text));
		const names = [...new Set(unchanged)].map((name) => {
			const times = unchanged.filter((other) => other === name).length;
			return times === 1 ? name : `${name} × ${times}`;
		});
		return {
			latestChange,
			body: h(
				"div",
				{ class: "processes" },
				h("table", {}, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows.map(processRow))),
				unchanged.length > 0 &&
					h("p", { class: "processes-unchanged" }, `unchanged since the beginning: ${names.join(", ")}`),
			),
		};
	},
};

function processRow(row: ProcessRow): Element {
	const { name, pids, innerPids, depth, ofShell, isShell, isPid1, zombie, change } = row;
	const tags = [
		isShell && ofShell !== null && tag(theShell(ofShell), `processes-${ofShell}`),
		isPid1 && tag("pid 1 of its namespace", "processes-pid-1"),
		zombie && tag("zombie", "processes-bad"),
		change === "ended" && tag("✕ ended", "processes-bad"),
		change === "new" && tag("new", "processes-new"),
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
	const classes = [ofShell !== null && `processes-of-${ofShell}`, change === "ended" && "processes-ended"];
	return h(
		"tr",
		{ class: classes.filter(Boolean).join(" ") },
		title,
		h("td", {}, many ? `${pid} … ${pids.at(-1)}` : String(pid)),
		h("td", {}, innerPids.length === 0 ? "" : innerPids.toReversed().join(", ")),
	);
}

const tag = (text: string, name: string) => h("span", { class: `processes-tag ${name}` }, text);
