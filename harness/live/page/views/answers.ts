import { type Answer, answersOf } from "../../views/answers.ts";
import { SHELL_NAMES, shellTitle } from "../../views/phrases.ts";
import { h } from "../elements.ts";
import type { Painter } from "./painter.ts";

/** A table of questions, with each shell's answer. */
export const answers: Painter = {
	name: "answers",
	title: "Two answers",
	paint(past) {
		const { latestChange, processes, answers: all } = answersOf(past);
		const heads = SHELL_NAMES.map((name) =>
			h(
				"th",
				{ scope: "col", class: `answers-${name}` },
				shellTitle(name),
				h("small", { class: "answers-muted" }, processes[name]),
			),
		);
		const head = h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "question"), ...heads));
		return { latestChange, body: h("table", { class: "answers" }, head, h("tbody", {}, ...all.map(row))) };
	},
};

function row(answer: Answer): Element {
	const { question, command, differs, changed } = answer;
	const cells = SHELL_NAMES.map((name) =>
		h(
			"td",
			{ class: changed.includes(name) && "answers-changed" },
			answer[name],
			changed.includes(name) && h("strong", { class: "answers-new" }, "new"),
		),
	);
	const mark = h("span", { class: "answers-symbol", "aria-label": differs ? "differs:" : null }, differs ? "≠" : "");
	return h(
		"tr",
		{ class: differs && "answers-differs" },
		h("th", { scope: "row" }, mark, question, h("code", { class: "answers-muted" }, command)),
		...cells,
	);
}
