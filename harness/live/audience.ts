import * as v from "valibot";
import type { WebSocket } from "ws";
import type { DemoEvent } from "./events.ts";
import { History, withoutNotes } from "./history.ts";
import {
	type Desk,
	NOTHING_CHOSEN,
	PageMessage,
	type PlayerMessage,
	type Role,
	type ServerMessage,
	type Shown,
	type WorkState,
} from "./messages.ts";

/**
 * Close codes of WebSocket. Section 7.4.1 of RFC 6455 defines the first two; the third is in IANA's registry only.
 */
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const TRY_AGAIN_LATER = 1013;

const FOLLOWERS_MAX = 300;
/** How many messages a page may send at once, and how many per second: far more than anybody types. */
const MESSAGES_AT_ONCE_MAX = 1_000;
const MESSAGES_PER_SECOND_MAX = 200;
/**
 * A page that falls further behind than this is disconnected. When it reconnects, it gets the demo so far; see History.
 */
const UNSENT_BYTES_MAX = 8 << 20;
/** A presenter's page that does not take an event for this long, perhaps because its computer sleeps, is disconnected. */
const PRESENTER_TIMEOUT_MS = 10_000;

/** The pages that show a demo: the presenter's, of which there may be several, and the followers'. */
export class Audience {
	readonly #history = new History();
	readonly #pages = new Map<WebSocket, Role>();
	/** Carries out a message of a presenter's page. */
	readonly #dispatch: (message: PlayerMessage) => Promise<void>;
	/** The links that a presenter's page offers. */
	readonly #links: Omit<Desk, "work">;
	/** The demo is a recording: nobody can type into its shells. */
	readonly #recorded: boolean;
	/** What a presenter's page showed last: new pages begin with this. */
	#shown = NOTHING_CHOSEN;
	#end = () => {};
	/** Settles when a presenter's page ends the demo. */
	readonly ended = new Promise<void>((resolve) => {
		this.#end = resolve;
	});
	/** What is known of the learner's last save; null if no module of a learner is checked. */
	#work: WorkState | null = null;

	constructor(dispatch: (message: PlayerMessage) => Promise<void>, links: Omit<Desk, "work">, recorded: boolean) {
		this.#dispatch = dispatch;
		this.#links = links;
		this.#recorded = recorded;
	}

	/** Sends an event to all pages. Settles when the presenter's pages have taken it or were disconnected. */
	readonly sendEvent = async (event: DemoEvent): Promise<void> => {
		this.#history.add(event);
		const texts = {
			presenter: JSON.stringify({ type: "event", event } satisfies ServerMessage),
			follower: JSON.stringify({ type: "event", event: withoutNotes(event) } satisfies ServerMessage),
		};
		const deliveries = [...this.#pages].map(([page, role]) => {
			const sent = send(page, texts[role]);
			return role === "presenter" ? disconnectIfSlow(page, sent) : undefined;
		});
		await Promise.all(deliveries);
	};

	/** Sends the presenter's pages what is known of the learner's last save. */
	readonly sendWork = (work: WorkState): void => {
		this.#work = work;
		this.#sendToPresenter({ type: "work", work });
	};

	/** Adds a page and sends it the demo so far. Refuses a follower's page if there are too many. */
	addPage(page: WebSocket, role: Role): void {
		if (role === "follower" && this.followers >= FOLLOWERS_MAX) {
			page.close(TRY_AGAIN_LATER, "there are too many followers");
			return;
		}
		this.#pages.set(page, role);
		page.on("error", () => page.terminate());
		page.on("close", () => {
			this.#pages.delete(page);
			this.#sendFollowerCount();
		});
		let messagesLeft = MESSAGES_AT_ONCE_MAX;
		let lastMessageMs = performance.now();
		page.on("message", (data, isBinary) => {
			const nowMs = performance.now();
			const newlyAllowed = ((nowMs - lastMessageMs) / 1_000) * MESSAGES_PER_SECOND_MAX;
			messagesLeft = Math.min(MESSAGES_AT_ONCE_MAX, messagesLeft + newlyAllowed) - 1;
			lastMessageMs = nowMs;
			if (role === "follower") return page.close(POLICY_VIOLATION, "a follower's page may not send messages");
			if (messagesLeft < 0) return page.close(POLICY_VIOLATION, "the page sent too many messages at once");
			const message = isBinary ? null : parseMessage(String(data));
			if (message === null) return page.close(POLICY_VIOLATION, "the page sent an invalid message");
			if (message.action === "show") return this.#show(message.shown, page);
			if (message.action === "end") return this.#end();
			this.#dispatch(message).catch(
				(error: Error) => void send(page, JSON.stringify({ type: "problem", text: error.message })),
			);
		});
		const events = role === "presenter" ? this.#history.events : this.#history.events.map(withoutNotes);
		const desk = role === "presenter" ? { ...this.#links, work: this.#work } : null;
		const [shown, recorded] = [this.#shown, this.#recorded];
		void send(page, JSON.stringify({ type: "welcome", role, recorded, events, shown, desk } satisfies ServerMessage));
		this.#sendFollowerCount();
	}

	get followers(): number {
		return [...this.#pages.values()].filter((role) => role === "follower").length;
	}

	/** Closes all pages' connections: the demo is over. */
	close(): void {
		for (const page of this.#pages.keys()) page.close(GOING_AWAY, "the demo is over");
	}

	// Makes all pages except `by` show what `by`, a presenter's page, shows.
	#show(shown: Shown, by: WebSocket): void {
		this.#shown = shown;
		const text = JSON.stringify({ type: "shown", shown } satisfies ServerMessage);
		for (const page of this.#pages.keys()) if (page !== by) void send(page, text);
	}

	#sendFollowerCount(): void {
		this.#sendToPresenter({ type: "followers", count: this.followers });
	}

	#sendToPresenter(message: ServerMessage): void {
		const text = JSON.stringify(message);
		for (const [page, role] of this.#pages) if (role === "presenter") void send(page, text);
	}
}

// Sends a text, but disconnects a page that is too far behind. Settles when the page has taken the text, or is gone.
function send(page: WebSocket, text: string): Promise<void> {
	if (page.bufferedAmount > UNSENT_BYTES_MAX) page.terminate();
	return new Promise((resolve) => page.send(text, () => resolve()));
}

async function disconnectIfSlow(page: WebSocket, sent: Promise<void>): Promise<void> {
	const tooLate = setTimeout(() => page.terminate(), PRESENTER_TIMEOUT_MS);
	await sent;
	clearTimeout(tooLate);
}

function parseMessage(text: string): PageMessage | null {
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), PageMessage), text);
	return parsed.success ? parsed.output : null;
}
