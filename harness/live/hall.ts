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
/** A page may say so many words at once, and so many each second; far more than anybody types. */
const BURST_WORDS = 1_000;
const WORDS_A_SECOND = 200;
/** Who has taken less than this much of what was said is not told more, but told all anew when he comes again. */
const WAITING_BYTES = 8 << 20;
/** A presenter's page that has taken nothing for so long, as its computer sleeps, is not waited for either. */
const PATIENCE_MS = 10_000;

/** Everybody who looks at a demo: one or several pages of its presenter, and those who follow. */
export class Hall {
	readonly #story = new Story();
	readonly #pages = new Map<WebSocket, Role>();
	/** Done with what a presenter's page says. */
	readonly #obey: (word: PageWord) => Promise<void>;
	readonly #share: Share | null;
	#work: Checked | null = null;

	constructor(obey: (word: PageWord) => Promise<void>, share: Share | null) {
		this.#obey = obey;
		this.#share = share;
	}

	/** Tells all of what has happened. Settles when the presenter's pages have taken it. */
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

	/** Tells the presenter what came of a save. */
	readonly tellWork = (checked: Checked): void => {
		this.#work = checked;
		this.#tellPresenter({ word: "checked", checked });
	};

	/** Lets a page in. */
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

	/** Sends everybody home. */
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

// A page that is gone, or is cut off, has taken it.
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
