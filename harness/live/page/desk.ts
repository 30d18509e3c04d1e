import { button, h } from "./elements.ts";
import type { Action } from "./keys.ts";
import type { Showing } from "./showing.ts";

/**
 * The presenter's desk, which only the presenter sees: buttons, what comes next, the note on this step, the number of
 * followers, and the time.
 * @param time how long the presenter has been presenting
 * @param act called with a button's action when the button is pressed
 */
export function paintDesk(showing: Showing, time: string, act: (action: Action) => void): Node[] {
	const { place, script, noteShown, followers } = showing;
	const { header } = showing.demo;
	if (header === null) return [];
	const { step, phase } = place;
	const note = script?.note;
	const next = header.steps[step]?.narration ?? "the end";
	const actionButton = (text: string, title: string, action: Action, name = "") =>
		button(text, () => act(action), { title, class: name });
	return [
		h(
			"div",
			{ class: "steering" },
			actionButton("◀ back", "←", "back"),
			actionButton(phase === "told" ? "play ▶" : "next ▶", "space", "next", "primary"),
			actionButton("again", "r: play this step again", "replay"),
			actionButton("reset", "R: start again from the beginning", "reset"),
		),
		h("p", { class: "next-step", title: next }, h("b", {}, "then "), next),
		note !== undefined && actionButton(noteShown ? "hide note" : "note", "p", "note"),
		h(
			"p",
			{ class: "clock" },
			followers > 0 && h("span", {}, `${followers} ${followers === 1 ? "follower" : "followers"} · `),
			h("output", { "aria-label": "time" }, time),
			` of ${header.minutes} min`,
		),
		noteShown && note !== undefined && h("p", { class: "note" }, h("b", {}, "note "), note),
	].filter((part) => part !== false);
}
