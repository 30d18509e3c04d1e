import { randomBytes } from "node:crypto";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import type { Answer, Listener, Step } from "../protocol/index.ts";
import { inNamespaceAt } from "../readings/guest/namespaces.ts";
import type { Patience } from "./patience.ts";

/**
 * Who reaches whom over TCP. Both ends of every connection are the agent's own sockets, each made in the network
 * namespace where it belongs; no program runs there that an exercise could see, stop or replace.
 *
 * A listener greets each connection with a token that is drawn at that moment, so nobody can answer in its place with
 * what it would have said. A port that is left open is chosen by the kernel when the listener is made, and asked in the
 * same turn of the event loop: nobody can take it first, or be ready for it.
 */

/** What is said of a question that nobody has answered, not even with a refusal, before patience ended. */
export const TIMEOUT = "timeout";

/** Hexadecimal digits of a token. */
const TOKEN_CHARS = 32;
/** Connections that one listener takes; an exercise that makes more has only kept others from being answered. */
const MOST_CONNECTIONS = 64;

type Ask = Extract<Step, { do: "ask" }>;

/** What a token says: whose listener has drawn it, and from which address it saw the connection come. */
type Tokens = Map<string, Pick<Answer, "by" | "seenAs">>;

/**
 * Asks all questions at once.
 * @param networkOf the file that stands for a place's network namespace; undefined where there is none
 * @returns the answers by the question's name; a question that has no place to be asked from has none
 */
export async function ask(
	{ listeners, questions }: Ask,
	networkOf: (place: string) => string | undefined,
	patience: Patience,
): Promise<Record<string, Answer>> {
	const places = [...listeners.map(({ place }) => place), ...questions.map(({ from }) => from)];
	const networks = new Map([...new Set(places)].map((place) => [place, networkOf(place)]));
	let spare = () => {};
	const silence = new Promise<void>((over) => {
		spare = patience.onEnd(over);
	});
	const tokens: Tokens = new Map();
	const sockets: Socket[] = [];
	const servers = listeners.flatMap((listener) => {
		const network = networks.get(listener.place);
		return network === undefined ? [] : [{ listener, server: listen(network, listener, tokens, sockets) }];
	});
	const portOf = (place: string) => {
		const drawn = servers.find(({ listener }) => listener.place === place && listener.port === undefined);
		const address = drawn?.server.address() ?? null;
		return address === null || typeof address === "string" ? undefined : address.port;
	};
	const asked = questions.map(async ({ name, from, address, port }) => {
		const [network, number] = [networks.get(from), typeof port === "number" ? port : portOf(port.of)];
		if (network === undefined || number === undefined) return [];
		const { heard, failed } = await hear(network, address, number, sockets, silence);
		const { by, seenAs } = tokens.get(heard) ?? { by: "", seenAs: "" };
		return [[name, { by, seenAs, failed: failed || (by === "" ? "answered by somebody else" : "") }] as const];
	});
	const answers = Object.fromEntries((await Promise.all(asked)).flat());
	spare();
	for (const { server } of servers) server.close();
	// At once and without a farewell: a connection that is still being closed keeps its namespace alive.
	for (const socket of sockets) socket.resetAndDestroy();
	return answers;
}

function listen(network: string, { place, port = 0 }: Listener, tokens: Tokens, sockets: Socket[]): Server {
	const server = createServer((socket) => {
		const token = randomBytes(TOKEN_CHARS / 2).toString("hex");
		tokens.set(token, { by: place, seenAs: (socket.remoteAddress ?? "").replace(/^::ffff:/, "") });
		sockets.push(socket.on("error", () => {}));
		socket.write(token);
	});
	server.maxConnections = MOST_CONNECTIONS;
	// The port is taken: whoever has it will answer, and not know a token.
	server.on("error", () => {});
	// Without an address, the socket is made before this comes back: in the namespace.
	return inNamespaceAt(network, "net", () => server.listen(port));
}

interface Heard {
	heard: string;
	/** Why there was no answer: the kernel's name of the error, or {@link TIMEOUT}. */
	failed: string;
}

function hear(
	network: string,
	address: string,
	port: number,
	sockets: Socket[],
	silence: Promise<void>,
): Promise<Heard> {
	// An address that is "looked up" at once, so that this socket, too, is made before the thread leaves the namespace.
	const socket = inNamespaceAt(network, "net", () =>
		createConnection({ host: "there", port, family: 4, lookup: (_host, _options, done) => done(null, address, 4) }),
	);
	sockets.push(socket);
	return new Promise((resolve) => {
		let heard = "";
		const end = (failed: string) => resolve({ heard: heard.slice(0, TOKEN_CHARS), failed });
		silence.then(() => end(heard === "" ? TIMEOUT : ""));
		socket.setEncoding("latin1").on("data", (chunk: string) => {
			heard = (heard + chunk).slice(0, TOKEN_CHARS);
			if (heard.length === TOKEN_CHARS) end("");
		});
		socket.on("error", ({ code = "" }: NodeJS.ErrnoException) => end(code));
		socket.on("close", () => end(""));
	});
}
