import { h } from "./elements.ts";
import type { Tale } from "./tale.ts";

const PHASES = { told: "to be played", typing: "is typed", running: "runs", done: "done" } as const;

/**
 * The current step, and the list of all steps.
 * @param note whether to show the presenter's note
 * @param jump called with the number of the step that is wanted; null on a page that may not choose
 */
export function paintSteps(tale: Tale, note: boolean, jump: ((step: number) => void) | null): Node[] {
	const { header, scene, step, phase } = tale;
	if (header === null || scene === undefined || phase === null) return [h("p", {}, "The machine is being started …")];
	const told = h(
		"div",
		{ class: "told" },
		h("p", { class: "narration", "aria-live": "polite" }, scene.narration),
		h("p", { class: `stage stage-${scene.stage}` }, `in the ${scene.stage}'s shell · ${PHASES[phase]}`),
		h("pre", { class: "command" }, h("code", {}, scene.command)),
		phase === "done" && h("p", { class: "look", "aria-live": "polite" }, scene.look),
		tale.broken && h("p", { class: "bad" }, "✗ This is not what the rehearsal promised."),
		tale.down !== null &&
			h("p", { class: "bad" }, `✗ The machine was down (${tale.down}); it is as it was before this step.`),
		note && h("p", { class: "note" }, scene.note ?? "No note on this step."),
	);
	const rows = header.steps.map(({ narration }, index) => {
		const number = index + 1;
		const current = number === step ? "step" : null;
		const button = h("button", { "aria-current": current, disabled: jump === null }, `${number}. ${narration}`);
		if (jump !== null) button.addEventListener("click", () => jump(number));
		return h("li", {}, button);
	});
	return [told, h("h2", {}, "All steps"), h("ol", { class: "steps" }, ...rows)];
}
