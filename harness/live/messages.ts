import * as v from "valibot";
import type { DemoEvent, KernelState } from "./events.ts";

/** The messages between the live page and its server. Each is one JSON text. */

/** One message can type at most this many characters. More characters, as in a paste, are split into several messages. */
export const KEYS_CHARS_MAX = 4_096;

const Shell = v.picklist(["host", "container"]);
const cells = v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(400));

/**
 * What a page shows of the demo's present state, or of its past. A follower's page shows what the presenter's page
 * shows, until the follower chooses something else.
 */
export const Shown = v.object({
	/** How the page is composed, see composition.ts; null if the demo's state decides. */
	composition: v.nullable(v.picklist(["say", "do", "read"])),
	/** The pane that fills the page alone; null for none. */
	alone: v.nullable(v.picklist(["sentence", "shell", "drawing"])),
	/** The view's name; null for the first of the demo's views. */
	view: v.nullable(v.pipe(v.string(), v.maxLength(50))),
	/** The shell that is shown; null for the one that the step's command is typed into. */
	shell: v.nullable(Shell),
	/** The moment of the past that the page shows, in milliseconds since the demo's beginning; null for now. */
	atMs: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1e9))),
	/** Index of the first paragraph of the lesson's text that is visible. */
	paragraph: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)),
});
export type Shown = v.InferOutput<typeof Shown>;

/** Nothing is chosen: the demo's state decides about everything. */
export const NOTHING_CHOSEN: Shown = {
	...{ composition: null, alone: null, view: null, shell: null, atMs: null, paragraph: 0 },
};

/** Every message that a presenter's page may send. A follower's page may send none. */
export const PageMessage = v.variant("action", [
	v.object({ action: v.picklist(["next", "back", "replay", "reset"]) }),
	v.object({ action: v.literal("jump"), step: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)) }),
	v.object({ action: v.literal("type"), shell: Shell, keys: v.pipe(v.string(), v.maxLength(KEYS_CHARS_MAX)) }),
	v.object({ action: v.literal("resize"), size: v.object({ columns: cells, rows: cells }) }),
	v.object({ action: v.literal("show"), shown: Shown }),
	v.object({ action: v.literal("end") }),
]);
export type PageMessage = v.InferOutput<typeof PageMessage>;

/** A message that the demo's player carries out. */
export type PlayerMessage = Exclude<PageMessage, { action: "show" | "end" }>;

/** Whose page it is: the presenter's, or a follower's. */
export type Role = "presenter" | "follower";

/** Every message that the server sends. */
export type ServerMessage =
	/**
	 * The first message: the demo so far. A page forgets everything that it got before. `recorded`: the demo is a
	 * recording, so nobody can type.
	 */
	| { type: "welcome"; role: Role; recorded: boolean; events: DemoEvent[]; shown: Shown; desk: Desk | null }
	| { type: "event"; event: DemoEvent }
	/** What a presenter's page shows now. All other pages get this message. */
	| { type: "shown"; shown: Shown }
	/** To the presenter: how many follow. */
	| { type: "followers"; count: number }
	/** To the presenter: what is known of the learner's last save. */
	| { type: "work"; work: WorkState }
	/** To a presenter's page: its request could not be carried out. */
	| { type: "problem"; text: string };

/** The learner's module, and the check of its last save. Saves are checked as long as the server runs. */
export interface WorkState {
	/** Path of the learner's module. */
	file: string;
	/** `waiting` until the first save. */
	verdict: "waiting" | "checking" | "pass" | "fail" | "error" | "unsupported";
	/** The check's report; while there is none, a line that says why; after an error, the error's message. */
	text: string;
	/** What the kernel showed while the module's command ran; null if the command has not run. */
	seen: KernelState | null;
}

/** What only a presenter's page gets. A follower's page gets null instead. */
export interface Desk {
	/** The link of the window that the audience looks at, on this computer. */
	audienceLink: string;
	/** null if the demo is not shared. */
	share: Share | null;
	/** null if no module of a learner is checked. */
	work: WorkState | null;
}

/** How others can follow the demo. */
export interface Share {
	link: string;
	/** The link as a QR code, in SVG. */
	code: string;
}
