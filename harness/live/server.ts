import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { createAdaptorServer, upgradeWebSocket } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { type Context, Hono, type Next } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { renderSVG } from "uqr";
import { type WebSocket, WebSocketServer } from "ws";
import { Failure } from "../base/failure.ts";
import { Hall } from "./hall.ts";
import type { Page } from "./page.ts";
import type { PageWord, Role } from "./words.ts";

/** So many connections at a time: those who follow, their pages, and some more. */
const CONNECTIONS_MAX = 1_000;
/** Pages are told that it is over, and have so long to take it. */
const GOODBYE_MS = 500;
/** Longest word that is read from a page. */
const WORD_BYTES = 32 << 10;
const LOOPBACK = "127.0.0.1";
const EVERYWHERE = "0.0.0.0";

/** Where the live page is served, and how it is reached. */
export interface Server {
	/** The presenter's. Whoever has it on this computer can do all that the presenter can. */
	link: string;
	/** The followers', on the room's network; null where nobody is to follow. */
	shared: string | null;
	hall: Hall;
	close(): Promise<void>;
}

// ws says of its options that they may be undefined, and so is not quite what Hono asks for.
type Sockets = NonNullable<Parameters<typeof createAdaptorServer>[0]["websocket"]>["server"];

interface Options {
	/** 0 for any that is free. */
	port: number;
	/** Whether those in the same network may follow. */
	share: boolean;
	page: Page;
	/** Does what a presenter's page says. */
	obey(word: PageWord): Promise<void>;
}

/**
 * Serves the live page on this computer's loopback, and, if it is shared, to the network: but there nobody can do
 * more than look. A link has a token in it, and without that there is nothing to be had.
 * @throws {Failure} usage: the port is taken
 */
export async function openServer({ port, share, page, obey }: Options): Promise<Server> {
	const tokens: Record<Role, string> = { presenter: newToken(), follower: newToken() };
	const app = new Hono<{ Variables: { role: Role } }>();
	const sockets = new WebSocketServer({ noServer: true, maxPayload: WORD_BYTES, perMessageDeflate: false });
	const server = createAdaptorServer({ fetch: app.fetch, websocket: { server: sockets as unknown as Sockets } });
	let hosts: string[] = [];
	const connections = watchConnections(
		server as HttpServer,
		({ headers, url = "" }) => url.startsWith("/") && hosts.includes(headers.host ?? ""),
	);
	server.listen(port, share ? EVERYWHERE : LOOPBACK);
	await once(server, "listening").catch((cause: NodeJS.ErrnoException) => {
		throw new Failure("usage", `port ${port} cannot be used: ${cause.code}`, "npx drydock live --port 0", { cause });
	});
	const at = server.address() as AddressInfo;
	const linkFor = (role: Role, address: string) => `http://${address}:${at.port}/${tokens[role]}/`;
	const [address] = addresses();
	const shared = share ? linkFor("follower", address ?? LOOPBACK) : null;
	const hall = new Hall(obey, shared === null ? null : { link: shared, code: renderSVG(shared) });

	// A name that somebody else's server gives this computer is none of its own: see DNS rebinding.
	hosts = [LOOPBACK, "localhost", ...(share ? addresses() : [])].map((name) => `${name}:${at.port}`);
	app.use(secureHeaders({ contentSecurityPolicy: POLICY, strictTransportSecurity: false }));
	app.use("/:token/*", async (context, next) => {
		const role = roleOf(context, tokens, hosts);
		if (role === null) return context.text("This link is not, or no longer, good.\n", 404);
		context.set("role", role);
		return next();
	});
	app.get("/:token/socket", sameOrigin, asUpgrade, (context, next) => {
		const role = context.get("role");
		return upgradeWebSocket(() => ({ onOpen: (_, { raw }) => hall.enter(raw as WebSocket, role) }))(context, next);
	});
	for (const [name, { type, body }] of Object.entries(page))
		app.get(`/:token/${name}`, (context) => context.body(body, 200, { "content-type": type }));
	return {
		link: linkFor("presenter", LOOPBACK),
		shared,
		hall,
		close: async () => {
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			hall.close();
			sockets.close();
			// Whoever does not answer, speaks no HTTP, or began something that never ends, is not waited for.
			await Promise.race([connections.gone(), sleep(GOODBYE_MS, undefined, { ref: false })]);
			connections.end();
			await closed;
		},
	};
}

// Node's own closeAllConnections knows only of those that have asked for nothing but HTTP.
function watchConnections(server: HttpServer, isForUs: (request: IncomingMessage) => boolean) {
	const open = new Set<Socket>();
	let onGone = () => {};
	server.maxConnections = CONNECTIONS_MAX;
	server.on("connection", (socket) => {
		open.add(socket);
		socket.once("close", () => {
			open.delete(socket);
			if (open.size === 0) onGone();
		});
	});
	// There is one protocol to change to. A request for another is answered, and its connection ended: Hono leaves it to others,
	// and answers for itself only while nobody else listens. So is one for another server, of which Hono may make no address.
	const [toWebSocket] = server.listeners("upgrade");
	server.removeAllListeners("upgrade");
	server.on("upgrade", (request, socket, head) => {
		if (request.headers.upgrade?.toLowerCase() === "websocket" && isForUs(request))
			return toWebSocket?.call(server, request, socket, head);
		socket.on("error", () => {});
		socket.end(NO_UPGRADE, () => socket.destroy());
	});
	return {
		/** Settles when there is nobody any more. */
		gone: () =>
			new Promise<void>((resolve) => {
				onGone = resolve;
				if (open.size === 0) resolve();
			}),
		end: () => {
			for (const socket of open) socket.destroy();
		},
	};
}

const NO_UPGRADE = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

// All that a page loads comes from here. xterm.js makes style elements of its own.
const POLICY = {
	defaultSrc: ["'self'"],
	styleSrc: ["'self'", "'unsafe-inline'"],
	imgSrc: ["'self'", "data:"],
	baseUri: ["'none'"],
	formAction: ["'none'"],
	frameAncestors: ["'none'"],
};

const newToken = () => randomBytes(16).toString("hex");

function roleOf(context: Context, tokens: Record<Role, string>, hosts: readonly string[]): Role | null {
	if (!hosts.includes(context.req.header("host") ?? "")) return null;
	const token = context.req.param("token") ?? "";
	if (equal(token, tokens.follower)) return "follower";
	const { address = "" } = getConnInfo(context).remote;
	const isHere = address.replace(/^::ffff:/, "") === LOOPBACK;
	return isHere && equal(token, tokens.presenter) ? "presenter" : null;
}

function equal(one: string, other: string): boolean {
	const [bytes, others] = [Buffer.from(one), Buffer.from(other)];
	return bytes.length === others.length && timingSafeEqual(bytes, others);
}

// A browser opens sockets to anywhere for any page, and says for which.
async function sameOrigin(context: Context, next: Next): Promise<Response | undefined> {
	const origin = context.req.header("origin");
	if (origin !== `http://${context.req.header("host")}`) return context.text("This page is not from here.\n", 403);
	await next();
	return undefined;
}

// Whoever names the protocol without asking for a change to it would get nothing but an error of Hono's.
async function asUpgrade(context: Context, next: Next): Promise<Response | undefined> {
	if ((context.env as { outgoing?: unknown }).outgoing !== undefined)
		return context.text("This is a web socket.\n", 400);
	await next();
	return undefined;
}

function addresses(): string[] {
	return Object.values(networkInterfaces())
		.flatMap((of) => of ?? [])
		.filter(({ family, internal }) => family === "IPv4" && !internal)
		.map(({ address }) => address);
}
