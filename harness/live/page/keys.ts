/** What a key does outside the shells. A number chooses a view, counted from 0. */
export type Action =
	| ("next" | "back" | "jump" | "replay" | "reset" | "host" | "container")
	| ("note" | "text" | "large" | "theme" | "share" | "keys" | "earlier" | "later")
	| number;

const ACTIONS: Record<string, Action> = {
	...{ " ": "next", n: "next", ArrowRight: "next", PageDown: "next", Enter: "next" },
	...{ b: "back", ArrowLeft: "back", PageUp: "back", Backspace: "back" },
	...{ g: "jump", r: "replay", R: "reset", h: "host", c: "container" },
	...{ p: "note", l: "text", t: "large", d: "theme", s: "share", "?": "keys", ",": "earlier", ".": "later" },
};

export function actionFor(key: string): Action | null {
	if (/^[1-8]$/.test(key)) return Number(key) - 1;
	return ACTIONS[key] ?? null;
}
