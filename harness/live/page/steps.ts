import type { DemoState } from "./demo-state.ts";
import { h } from "./elements.ts";

const PHASES = { told: "not played yet", typing: "being typed", running: "running", done: "done" } as const;

/**
 * The current step, and the list of all steps.
 * @param note whether to show the presenter's note
 * @param jump called with the number of the step that is wanted; null on a page that may not choose
 */
export function paintSteps(demoState: DemoState, note: boolean, jump: ((step: number) => void) | null): Node[] {
	const { header, currentStep, step, phase } = demoState;
	if (header === null || currentStep === undefined || phase === null) return [h("p", {}, "Starting the machine …")];
	const current = h(
		"div",
		{ class: "current-step" },
		h("p", { class: "narration", "aria-live": "polite" }, currentStep.narration),
		h("p", { class: `stage stage-${currentStep.stage}` }, `in the ${currentStep.stage}'s shell · ${PHASES[phase]}`),
		h("pre", { class: "command" }, h("code", {}, currentStep.command)),
		phase === "done" && h("p", { class: "look", "aria-live": "polite" }, currentStep.look),
		demoState.promiseBroken && h("p", { class: "failure" }, "✗ The output is not what this step promises."),
		demoState.down !== null &&
			h(
				"p",
				{ class: "failure" },
				`✗ The machine went down (${demoState.down}); it has been put back to the beginning of this step.`,
			),
		note && h("p", { class: "note" }, currentStep.note ?? "No note on this step."),
	);
	const rows = header.steps.map(({ narration }, index) => {
		const number = index + 1;
		const current = number === step ? "step" : null;
		const button = h("button", { "aria-current": current, disabled: jump === null }, `${number}. ${narration}`);
		if (jump !== null) button.addEventListener("click", () => jump(number));
		return h("li", {}, button);
	});
	return [current, h("h2", {}, "All steps"), h("ol", { class: "steps" }, ...rows)];
}
