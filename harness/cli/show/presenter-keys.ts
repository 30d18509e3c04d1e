/**
 * The presenter's keys. The page's help shows all of them, its last line the most useful ones.
 */

/** A method of `DemoPlayer` that a key calls. */
export type Move = "next" | "back" | "replay" | "reset";

interface PresenterKey {
	/** The keys, as the help shows them. */
	keys: string;
	/** What they do, as the help shows it. */
	does: string;
	/** One key and a word for what it does, for the page's last line. Without it, the keys are only in the help. */
	short?: string;
	/** When the key does something; always if not given. */
	only?: "with-note" | "in-machine";
	/**
	 * The method that the keys call, and what the terminal sends for them. Without it, presenter.ts handles the keys.
	 */
	move?: { calls: Move; sequences: readonly string[] };
}

const KEYS: readonly PresenterKey[] = [
	{
		keys: "space → n Enter PageDown",
		does: "play this step; then show the next one",
		short: "space next",
		move: { calls: "next", sequences: [" ", "n", "\r", "\x1b[C", "\x1b[6~", "\x1bOC"] },
	},
	{
		keys: "← b PageUp Backspace",
		does: "go back, and put the machine back to that moment",
		short: "← back",
		move: { calls: "back", sequences: ["b", "\x7f", "\x1b[D", "\x1b[5~", "\x1bOD"] },
	},
	{ keys: "g, or a number, and Enter", does: "go to the beginning of that step", short: "g go to" },
	{ keys: "r", does: "play this step again", short: "r replay", move: { calls: "replay", sequences: ["r"] } },
	{ keys: "R", does: "start again from the beginning", move: { calls: "reset", sequences: ["R"] } },
	{ keys: "Tab", does: "type into the step's shell (Shift-Tab: the other)", short: "Tab type", only: "in-machine" },
	{ keys: "Esc or Ctrl-]", does: "stop typing into the shell" },
	{ keys: "p", does: "show or hide your note on this step", short: "p note", only: "with-note" },
	{ keys: "?", does: "show these keys", short: "? keys" },
	{ keys: "q, then q again", does: "quit", short: "q quit" },
];

/** The lines of the help. */
export const KEY_HELP: readonly string[] = KEYS.map(({ keys, does }) => `  ${keys.padEnd(27)}${does}`);

/** What a page can do: show a note, and type into the shells of a machine. */
export interface PageAbilities {
	note: boolean;
	machine: boolean;
}

/** The page's last line: the most useful keys. Fits into 80 columns. */
export const keyLine = ({ note, machine }: PageAbilities): string =>
	KEYS.filter(({ only }) => (only === "with-note" ? note : only === "in-machine" ? machine : true))
		.flatMap(({ short }) => short ?? [])
		.join(" · ");

/** The method that a key calls, by what the terminal sends for the key. */
export const MOVES: ReadonlyMap<string, Move> = new Map(
	KEYS.flatMap(({ move }) => move?.sequences.map((sequence) => [sequence, move.calls] as const) ?? []),
);
