import type { PageMessage, ServerMessage } from "../messages.ts";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

/** The state of the connection. */
export type State = "connecting" | "open" | "lost" | "over";

/** Close codes after which the page does not reconnect: the demo is over, or the server refused the page's messages. */
const FINAL_CODES = new Set([1001, 1008]);

/**
 * The page's connection to drydock. It reconnects by itself. It calls `onChange` with each new state, and with the
 * reason that drydock gave for closing the connection; the reason is empty if there is none.
 */
export class Connection {
	#socket: WebSocket | null = null;
	#pauseMs = FIRST_PAUSE_MS;
	readonly #openNow = () => this.#open();

	constructor(
		private readonly onMessage: (message: ServerMessage) => void,
		private readonly onChange: (state: State, reason: string) => void,
	) {
		// A computer that wakes up, or is back in its network, reconnects without a pause.
		addEventListener("online", this.#openNow);
		this.#open();
	}

	/** Sends a message. Drops it while there is no connection. */
	send(message: PageMessage): void {
		if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
	}

	#open(): void {
		if (this.#socket !== null) return;
		this.onChange("connecting", "");
		const address = new URL("socket", location.href);
		address.protocol = "ws:";
		const socket = new WebSocket(address);
		this.#socket = socket;
		socket.addEventListener("message", ({ data }) => {
			this.#pauseMs = FIRST_PAUSE_MS;
			// Not checked: the message comes from the drydock that serves this page, so both use the same types.
			const message = JSON.parse(String(data)) as ServerMessage;
			if (message.type === "welcome") this.onChange("open", "");
			this.onMessage(message);
		});
		socket.addEventListener("close", ({ code, reason }) => {
			this.#socket = null;
			if (FINAL_CODES.has(code)) {
				removeEventListener("online", this.#openNow);
				return this.onChange("over", reason);
			}
			this.onChange("lost", reason);
			setTimeout(() => this.#open(), this.#pauseMs);
			this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
		});
	}
}
