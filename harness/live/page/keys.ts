import type { ShellName } from "../events.ts";
import type { Showing } from "./showing.ts";

/** What a key does outside the shells. A number chooses a view, counted from 0. */
export type Action =
	| ("next" | "back" | "jump" | "replay" | "reset" | "host" | "container" | "end")
	| ("note" | "window" | "share" | "compose" | "lesson" | "work" | "alone")
	| ("large" | "theme" | "keys" | "earlier" | "later" | "leave")
	| number;

const ACTIONS: Record<string, Action> = {
	...{ " ": "next", n: "next", ArrowRight: "next", PageDown: "next", Enter: "next" },
	...{ b: "back", ArrowLeft: "back", PageUp: "back", Backspace: "back" },
	...{ g: "jump", r: "replay", R: "reset", h: "host", c: "container", q: "end" },
	...{ p: "note", w: "window", s: "share", m: "compose", l: "lesson", k: "work", f: "alone" },
	...{ t: "large", d: "theme", "?": "keys", ",": "earlier", ".": "later", Escape: "leave" },
};

const SHELL_KEYS: Record<ShellName, string> = { host: "h", container: "c" };

export function actionFor(key: string): Action | null {
	if (/^[1-9]$/.test(key)) return Number(key) - 1;
	if (key === "0") return 9;
	return ACTIONS[key] ?? null;
}

/**
 * The rows of the help: keys, and what they do. Leaves out the keys that do nothing now.
 * @param views how many views can be chosen
 */
export function keyHelp(showing: Showing, views: number): (readonly [string, string])[] {
	const { presents, recorded, script, desk, demo } = showing;
	const typing = !recorded && demo.shells.length > 0;
	const rows: [boolean, string, string][] = [
		[presents, "space → n PageDown", "play this step; then show the next one"],
		[presents, "← b PageUp", recorded ? "go back" : "go back, and put the machine back to that moment"],
		[presents, "g", "all steps: go to one"],
		[presents, "r", "play this step again"],
		[presents, "R", "start again from the beginning"],
		[presents && typing, demo.shells.map((shell) => SHELL_KEYS[shell]).join(", "), typeInto(demo.shells)],
		[presents && typing, "Ctrl-]", "stop typing into the shell"],
		[true, "m", "the sentence, or the shell, beside the drawing"],
		[true, "f", "one pane alone; again for the next pane"],
		[true, "l", "the lesson's text"],
		[desk?.work !== null && presents, "k", "your own work"],
		[views > 1, views > 9 ? "1 … 9, 0" : `1 … ${views}`, "choose a view"],
		[true, ", .", "look back in time, or forward"],
		[true, "Esc", "back to now, and to the whole page"],
		[presents && script?.note !== undefined, "p", "your note on this step"],
		[presents, "w", "open the audience's window: what you show, without notes"],
		[presents, "s", "how others can follow"],
		[true, "t", "large or normal text"],
		[true, "d", "light or dark colours"],
		[presents, "q", "end the demo"],
		[true, "?", "these keys"],
	];
	return rows.filter(([applies]) => applies).map(([, keys, does]) => [keys, does]);
}

const typeInto = ([first, second]: readonly ShellName[]) =>
	`type into the ${first}'s shell${second === undefined ? "" : `, or into the ${second}'s`}`;
