import { button } from "./elements.ts";
import type { Action } from "./keys.ts";

/** The buttons in the page's header: they open texts, windows and help, and change how the page looks. */
export function paintTools(presents: boolean, hasWork: boolean, act: (action: Action) => void): Node[] {
	const tool = (text: string, title: string, action: Action) =>
		button(text, () => act(action), { title, "aria-label": `${text}: ${title}` });
	return [
		tool("lesson", "the lesson's text (l)", "lesson"),
		...(hasWork ? [tool("work", "your own work (k)", "work")] : []),
		...(presents ? [tool("window", "open the audience's window (w)", "window")] : []),
		...(presents ? [tool("share", "how others can follow (s)", "share")] : []),
		tool("Aa", "large or normal text (t)", "large"),
		tool("◐", "light or dark colours (d)", "theme"),
		tool("?", "keys (?)", "keys"),
	];
}
