import { type MountRow, type MountTable, mountsOf } from "../../views/mounts.ts";
import type { ShownProcess } from "../../views/namespaces.ts";
import { counted, listed, theShell } from "../../views/phrases.ts";
import { h } from "../elements.ts";
import type { Painter } from "./painter.ts";

/** What is mounted where, on the host and in the container. */
export const mounts: Painter = {
	name: "mounts",
	title: "Mounts",
	paint(past) {
		const { latestChange, tables } = mountsOf(past);
		return { latestChange, body: h("div", { class: "mounts" }, ...tables.map(mountTable)) };
	},
};

/** What a propagation type means for new mounts. See mount_namespaces(7). */
const MEANINGS: Record<string, string> = {
	private: "new mounts here stay here",
	slave: "new mounts of the host appear here, but not the other way round",
};

function mountTable({ of, own, rows, propagation, gone }: MountTable): Element {
	const leaking = rows.filter(({ leaks }) => leaks).length;
	const meaning = own && propagation !== null ? MEANINGS[propagation] : undefined;
	return h(
		"section",
		{ class: "mounts-table" },
		h("h3", { class: of.includes("init") ? "mounts-host" : `mounts-${of[0]}` }, listed(of.map(titleOf))),
		h(
			"p",
			{ class: "mounts-muted" },
			counted(rows.length, "mount"),
			propagation !== null && `, ${rows.length === 1 ? "" : "all "}${propagation}`,
			meaning !== undefined && `: ${meaning}`,
		),
		rows.length === 0 && h("p", {}, "The root is not a mount point, so no mount is visible from there."),
		leaking > 0 &&
			h(
				"p",
				{ class: "mounts-leak" },
				`⚠ ${leaking} of them leak: a new mount below one of them also appears on the host.`,
			),
		h("ul", {}, ...rows.map((row) => mountLine(row, propagation === null)), ...gone.map(goneLine)),
	);
}

const titleOf = (member: ShownProcess) => (member === "init" ? "the host" : theShell(member));

function mountLine({ name, depth, content, propagation, leaks, change }: MountRow, alone: boolean): Element {
	const item = h(
		"li",
		{ class: change !== "" && "mounts-changed" },
		h("b", {}, name),
		h("span", { class: "mounts-muted" }, content),
		alone && h("span", { class: "mounts-tag" }, propagation),
		alone && leaks && h("span", { class: "mounts-tag mounts-bad" }, "leaks"),
		change !== "" && h("span", { class: "mounts-tag mounts-new" }, change),
	);
	item.style.setProperty("--depth", String(depth));
	return item;
}

const goneLine = (mountPoint: string) =>
	h("li", {}, h("s", {}, mountPoint), h("span", { class: "mounts-tag mounts-bad" }, "✕ gone"));
