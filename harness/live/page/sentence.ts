import type { Phase } from "../events.ts";
import { commandLines, piecesOf } from "./command-lines.ts";
import type { CompositionName } from "./composition.ts";
import type { Header } from "./demo-state.ts";
import { h } from "./elements.ts";

const PHASES = { told: "not played yet", typing: "being typed", running: "running", done: "done" } as const;

/** What the sentence's pane says of a step. */
export interface Sentence {
	script: Header["steps"][number];
	phase: Phase;
	composition: CompositionName;
	promiseBroken: boolean;
	/** Why the machine went down; null if it did not. */
	down: string | null;
}

/**
 * The step's introduction until the step is done; then where to look. In the composition `say`, which has no shell, the
 * introduction and the command are always there.
 */
export function paintSentence({ script, phase, composition, promiseBroken, down }: Sentence): Node[] {
	const { stage, narration, command, look } = script;
	const done = phase === "done";
	return [
		h("p", { class: `stage stage-${stage}` }, h("b", {}, `${stage}'s shell`), ` · ${PHASES[phase]}`),
		(composition === "say" || !done) && h("p", { class: "narration" }, ...unbroken(narration)),
		done && h("p", { class: "look" }, ...unbroken(look)),
		composition === "say" && commandOf(stage, command),
		promiseBroken && h("p", { class: "failure" }, "✗ The output is not what this step promises."),
		down !== null &&
			h(
				"p",
				{ class: "failure" },
				`✗ The machine went down (${down}); it has been put back to the beginning of this step.`,
			),
	].filter((part) => part !== false);
}

/** What a browser must not break: it breaks lines at spaces and after hyphens, also in names such as box-web. */
const WORD = /(\S*-\S+)/;
/** In a command, this is also a word that may be longer than a line. */
const WORD_OF_COMMAND = /(\S*-\S+|\S{20,})/;

const unbroken = (text: string, word = WORD, inWord: (word: string) => (Node | string)[] = (whole) => [whole]) =>
	text.split(word).map((part, index) => (index % 2 === 0 ? part : h("span", { class: "word" }, ...inWord(part))));

const brokenAtMarks = (word: string) => piecesOf(word).map((piece) => h("span", { class: "word" }, piece));

function commandOf(stage: string, command: string): HTMLElement {
	const lines = commandLines(command).map((line) => h("code", {}, ...unbroken(line, WORD_OF_COMMAND, brokenAtMarks)));
	return h("div", { class: `command command-${stage}`, role: "group", "aria-label": "command" }, ...lines);
}
