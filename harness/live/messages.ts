import * as v from "valibot";
import type { DemoEvent, KernelState } from "./events.ts";

/** The messages between the live page and its server. Each is one JSON text. */

/** The most characters that one message can type; more of them, as in a paste, are split into several messages. */
export const KEYS_CHARS_MAX = 4_096;

const Shell = v.picklist(["host", "container"]);
const cells = v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(400));

/** Every message that a presenter's page may send. A follower's page may send none. */
export const PageMessage = v.variant("action", [
	v.object({ action: v.picklist(["next", "back", "replay", "reset"]) }),
	v.object({ action: v.literal("jump"), step: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)) }),
	v.object({ action: v.literal("type"), shell: Shell, keys: v.pipe(v.string(), v.maxLength(KEYS_CHARS_MAX)) }),
	v.object({ action: v.literal("resize"), size: v.object({ columns: cells, rows: cells }) }),
]);
export type PageMessage = v.InferOutput<typeof PageMessage>;

/** Whose page it is: the presenter's, or a follower's. */
export type Role = "presenter" | "follower";

/** Every message that the server sends. */
export type ServerMessage =
	/** The first message: the demo so far. A page forgets everything that it got before. */
	| { type: "welcome"; role: Role; share: Share | null; events: DemoEvent[]; work: WorkState | null }
	| { type: "event"; event: DemoEvent }
	/** To the presenter: how many follow. */
	| { type: "followers"; count: number }
	/** To the presenter: what is known of the learner's last save. */
	| { type: "work"; work: WorkState }
	/** A request could not be carried out. */
	| { type: "problem"; text: string };

/** The last check of the learner's module while the page is open. */
export interface WorkState {
	/** Path of the learner's module. */
	file: string;
	/** `waiting` until the first save. */
	verdict: "waiting" | "checking" | "pass" | "fail" | "error" | "unsupported";
	/** The report. */
	text: string;
	/** What the kernel showed while the module's command ran; null if it never ran. */
	seen: KernelState | null;
}

/** How others can follow the demo. */
export interface Share {
	link: string;
	/** The link as a QR code, in SVG. */
	code: string;
}
