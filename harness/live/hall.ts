import * as v from "valibot";
import type { WebSocket } from "ws";
import type { DemoEvent } from "./events.ts";
import { forFollowers, Story } from "./story.ts";
import { type Checked, PageWord, type Role, type ServerWord, type Share } from "./words.ts";

/** Close codes. See section 7.4.1 of RFC 6455. */
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const TRY_AGAIN_LATER = 1013;

const MOST_FOLLOWERS = 300;
/** How many messages a page may send at once, and how many per second: far more than anybody types. */
const BURST_WORDS = 1_000;
const WORDS_A_SECOND = 200;
/**
 * A page that falls further behind than this is disconnected. When it reconnects, it gets the demo so far; see Story.
 */
const WAITING_BYTES = 8 << 20;
/** A presenter's page that takes nothing for this long, for example because its computer sleeps, is disconnected. */
const PATIENCE_MS = 10_000;

/** The pages that show a demo: one or several of its presenter, and those of the followers. */
export class Hall {
	readonly #story = new Story();
	readonly #pages = new Map<WebSocket, Role>();
	/** Carries out a message of a presenter's page. */
	readonly #obey: (word: PageWord) => Promise<void>;
	readonly #share: Share | null;
	#work: Checked | null = null;

	constructor(obey: (word: PageWord) => Promise<void>, share: Share | null) {
		this.#obey = obey;
		this.#share = share;
	}

	/** Sends an event to all pages. Settles when the presenter's pages have taken it or were disconnected. */
	readonly tell = async (event: DemoEvent): Promise<void> => {
		this.#story.take(event);
		const texts = {
			presenter: JSON.stringify({ word: "event", event } satisfies ServerWord),
			follower: JSON.stringify({ word: "event", event: forFollowers(event) } satisfies ServerWord),
		};
		const taken = [...this.#pages].map(([page, role]) => {
			const sent = send(page, texts[role]);
			return role === "presenter" ? inTime(page, sent) : undefined;
		});
		await Promise.all(taken);
	};

	/** Sends the presenter's pages what is known of the learner's last save. */
	readonly tellWork = (checked: Checked): void => {
		this.#work = checked;
		this.#tellPresenter({ word: "checked", checked });
	};

	/** Adds a page and sends it the demo so far. Refuses a follower's page if there are too many. */
	enter(page: WebSocket, role: Role): void {
		if (role === "follower" && this.followers >= MOST_FOLLOWERS) {
			page.close(TRY_AGAIN_LATER, "the room is full");
			return;
		}
		this.#pages.set(page, role);
		page.on("error", () => page.terminate());
		page.on("close", () => {
			this.#pages.delete(page);
			this.#count();
		});
		let budget = BURST_WORDS;
		let countedMs = performance.now();
		page.on("message", (data, isBinary) => {
			const nowMs = performance.now();
			budget = Math.min(BURST_WORDS, budget + ((nowMs - countedMs) / 1_000) * WORDS_A_SECOND) - 1;
			countedMs = nowMs;
			if (role === "follower") return page.close(POLICY_VIOLATION, "who follows says nothing");
			if (budget < 0) return page.close(POLICY_VIOLATION, "too much was said at once");
			const word = isBinary ? null : wordIn(String(data));
			if (word === null) return page.close(POLICY_VIOLATION, "that is no word of a page");
			this.#obey(word).catch(
				(error: Error) => void send(page, JSON.stringify({ word: "problem", text: error.message })),
			);
		});
		const events = role === "presenter" ? this.#story.sofar : this.#story.sofar.map(forFollowers);
		const share = role === "presenter" ? this.#share : null;
		const work = role === "presenter" ? this.#work : null;
		void send(page, JSON.stringify({ word: "welcome", role, share, events, work } satisfies ServerWord));
		this.#count();
	}

	get followers(): number {
		return [...this.#pages.values()].filter((role) => role === "follower").length;
	}

	/** Closes all pages' connections: the demo is over. */
	close(): void {
		for (const page of this.#pages.keys()) page.close(GOING_AWAY, "the demo is over");
	}

	#count(): void {
		this.#tellPresenter({ word: "followers", count: this.followers });
	}

	#tellPresenter(word: ServerWord): void {
		const text = JSON.stringify(word);
		for (const [page, role] of this.#pages) if (role === "presenter") void send(page, text);
	}
}

// Settles as well when the page is gone or was disconnected.
function send(page: WebSocket, text: string): Promise<void> {
	if (page.bufferedAmount > WAITING_BYTES) page.terminate();
	return new Promise((resolve) => page.send(text, () => resolve()));
}

async function inTime(page: WebSocket, sent: Promise<void>): Promise<void> {
	const tooLate = setTimeout(() => page.terminate(), PATIENCE_MS);
	await sent;
	clearTimeout(tooLate);
}

function wordIn(text: string): PageWord | null {
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), PageWord), text);
	return parsed.success ? parsed.output : null;
}
