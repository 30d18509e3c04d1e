import type { Header, Place } from "./demo-state.ts";
import { button, h } from "./elements.ts";

/**
 * The steps as a bar across the page: played, current, to come.
 * @param jump called with the number of the step that is wanted; null on a page that may not choose
 */
export function paintProgress(
	{ steps }: Header,
	{ step, phase }: Place,
	jump: ((step: number) => void) | null,
): Node[] {
	return steps.map(({ narration, stage }, index) => {
		const number = index + 1;
		const state = number < step || (number === step && phase === "done") ? "played" : number === step ? "current" : "";
		const label = `Step ${number}: ${narration}`;
		const attributes = { class: `segment segment-${stage} ${state}`, "aria-current": number === step && "step" };
		if (jump === null) return h("li", {}, h("span", { ...attributes, role: "img", "aria-label": label }));
		return h(
			"li",
			{},
			button("", () => jump(number), { ...attributes, "aria-label": label, title: label }),
		);
	});
}
