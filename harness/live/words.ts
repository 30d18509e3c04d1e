import * as v from "valibot";
import type { Answers, DemoEvent } from "./events.ts";

/** What the live page and its server say to each other, a JSON text a message. */

/** Of what is pasted, so much goes into one word. */
export const KEYS_CHARS = 4_096;

const Shell = v.picklist(["host", "container"]);
const cells = v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(400));

/** Everything that a presenter's page may say. A follower's page says nothing. */
export const PageWord = v.variant("say", [
	v.object({ say: v.picklist(["next", "back", "replay", "reset"]) }),
	v.object({ say: v.literal("jump"), step: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)) }),
	v.object({ say: v.literal("type"), shell: Shell, keys: v.pipe(v.string(), v.maxLength(KEYS_CHARS)) }),
	v.object({ say: v.literal("resize"), size: v.object({ columns: cells, rows: cells }) }),
]);
export type PageWord = v.InferOutput<typeof PageWord>;

/** Who looks: the one who presents, or one of those who follow. */
export type Role = "presenter" | "follower";

/** Everything that the server says. */
export type ServerWord =
	/** The first: all that whoever comes later has to know. What a page has heard before is forgotten. */
	| { word: "welcome"; role: Role; share: Share | null; events: DemoEvent[]; work: Checked | null }
	| { word: "event"; event: DemoEvent }
	/** To the presenter: how many follow. */
	| { word: "followers"; count: number }
	/** To the presenter: what came of a save. */
	| { word: "checked"; checked: Checked }
	/** Something could not be done. */
	| { word: "problem"; text: string };

/** The last check of somebody who works on the lesson meanwhile. */
export interface Checked {
	/** The learner's module, as a path. */
	file: string;
	/** `waiting` until the first save. */
	verdict: "waiting" | "checking" | "pass" | "fail" | "error" | "unsupported";
	/** The report. */
	text: string;
	/** What the kernel showed while the module's command ran; null when it never did. */
	seen: Answers | null;
}

/** How to follow. */
export interface Share {
	link: string;
	/** The link as a picture, SVG. */
	code: string;
}
