import { randomBytes } from "node:crypto";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import type { Answer, Listener, Step } from "../protocol/index.ts";
import { inNamespaceAt } from "../readings/guest/namespaces.ts";
import type { Patience } from "./patience.ts";

/**
 * Finds out who reaches whom over TCP. Both ends of every connection are the agent's own sockets. Each socket is made
 * in the network namespace where it belongs, so no program that an exercise could see, stop or replace has to run
 * there.
 *
 * A listener greets each connection with a token that it draws at that moment, so no other server can send the right
 * token. If a listener names no port, the kernel chooses one when the listener is made. The questions to that port are
 * asked in the same turn of the event loop, so no process can take the port first or prepare for it.
 */

/** The `failed` of a question that got neither an answer nor a refusal before patience ended. */
export const TIMEOUT = "timeout";

/** Hexadecimal digits of a token. */
const TOKEN_CHARS = 32;
/**
 * How many connections one listener accepts. If an exercise makes more, the check's own questions get no answer, so the
 * exercise fails.
 */
const MAX_CONNECTIONS = 64;

type AskStep = Extract<Step, { do: "ask" }>;

/**
 * What each token stands for: the place of the listener that drew it, and the address from which that listener saw the
 * connection come.
 */
type Tokens = Map<string, Pick<Answer, "by" | "seenAs">>;

/**
 * Asks all questions at once.
 * @param networkOf returns the path of a place's network namespace, or undefined if there is no such place
 * @returns the answers by the question's name; a question has no answer if the place that it is asked from is not
 * there, or if it asks for the port of a listener that is not there
 */
export async function askAll(
	{ listeners, questions }: AskStep,
	networkOf: (place: string) => string | undefined,
	patience: Patience,
): Promise<Record<string, Answer>> {
	const places = [...listeners.map(({ place }) => place), ...questions.map(({ from }) => from)];
	const networks = new Map([...new Set(places)].map((place) => [place, networkOf(place)]));
	let cancelTimeout = () => {};
	const timeout = new Promise<void>((over) => {
		cancelTimeout = patience.onEnd(over);
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
		const { token, failed } = await connectAndReceive(network, address, number, sockets, timeout);
		const { by, seenAs } = tokens.get(token) ?? { by: "", seenAs: "" };
		return [[name, { by, seenAs, failed: failed || (by === "" ? "another server answered" : "") }] as const];
	});
	const answers = Object.fromEntries((await Promise.all(asked)).flat());
	cancelTimeout();
	for (const { server } of servers) server.close();
	for (const socket of sockets) end(socket);
	return answers;
}

function listen(network: string, { place, port = 0 }: Listener, tokens: Tokens, sockets: Socket[]): Server {
	const server = createServer((socket) => {
		const token = randomBytes(TOKEN_CHARS / 2).toString("hex");
		tokens.set(token, { by: place, seenAs: (socket.remoteAddress ?? "").replace(/^::ffff:/, "") });
		sockets.push(socket.on("error", () => {}));
		socket.write(token);
	});
	server.maxConnections = MAX_CONNECTIONS;
	// If the port is taken, the server that has it answers, but knows no token.
	server.on("error", () => {});
	// Without an address, `listen` makes the socket before it returns, so in this namespace.
	return inNamespaceAt(network, "net", () => server.listen(port));
}

// A connection that closes in the ordinary way keeps its network namespace alive for a while, so it is reset. Node can
// reset only an established connection. One that nobody has answered is destroyed instead: otherwise, it would keep the
// namespace alive, too.
const end = (socket: Socket) => (socket.connecting ? socket.destroy() : socket.resetAndDestroy());

interface Received {
	/** What the other end sent first: the token if the other end is a listener of the agent. Empty if it sent nothing. */
	token: string;
	/**
	 * Why there was no answer: the name of the error, such as ECONNREFUSED, or {@link TIMEOUT}. Empty if the other end
	 * sent something, or only closed the connection.
	 */
	failed: string;
}

function connectAndReceive(
	network: string,
	address: string,
	port: number,
	sockets: Socket[],
	timeout: Promise<void>,
): Promise<Received> {
	// The lookup answers synchronously, so the socket is made before the thread leaves the namespace.
	const socket = inNamespaceAt(network, "net", () =>
		createConnection({ host: "there", port, family: 4, lookup: (_host, _options, done) => done(null, address, 4) }),
	);
	sockets.push(socket);
	return new Promise((resolve) => {
		let received = "";
		const finish = (failed: string) => resolve({ token: received.slice(0, TOKEN_CHARS), failed });
		timeout.then(() => finish(received === "" ? TIMEOUT : ""));
		socket.setEncoding("latin1").on("data", (chunk: string) => {
			received = (received + chunk).slice(0, TOKEN_CHARS);
			if (received.length === TOKEN_CHARS) finish("");
		});
		socket.on("error", ({ code = "" }: NodeJS.ErrnoException) => finish(code));
		socket.on("close", () => finish(""));
	});
}
