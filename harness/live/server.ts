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
import { Audience } from "./audience.ts";
import type { PlayerMessage, Role } from "./messages.ts";
import type { Page } from "./page.ts";

/** How many connections may be open at a time: one for each page that may follow, and many more for loading pages. */
const CONNECTIONS_MAX = 1_000;
/** How long the server waits, when it closes, for pages to close their connections. */
const CLOSE_TIMEOUT_MS = 500;
/** The longest message that the server reads from a page. */
const MESSAGE_BYTES_MAX = 32 << 10;
const LOOPBACK = "127.0.0.1";
const EVERYWHERE = "0.0.0.0";

/** The running server of the live page. */
export interface Server {
	/**
	 * The presenter's link. It works only on this computer. Everybody on this computer who has the link can do all that
	 * the presenter can.
	 */
	link: string;
	/** The followers' link, for other computers in the network; null if the page is not shared. */
	shared: string | null;
	audience: Audience;
	close(): Promise<void>;
}

// The types of ws do not quite fit those of Hono: ws allows options to be undefined.
type Sockets = NonNullable<Parameters<typeof createAdaptorServer>[0]["websocket"]>["server"];

interface Options {
	/** 0 for any free port. */
	port: number;
	/** Whether others in the same network may follow. */
	share: boolean;
	page: Page;
	/** Whether the demo is a recording, so that nobody can type into its shells. */
	recorded?: boolean;
	/** Carries out a message of a presenter's page. */
	dispatch(message: PlayerMessage): Promise<void>;
}

/**
 * Serves the live page on this computer's loopback interface and, if it is shared, to the network. Other computers
 * can only look. Each link contains a token; a request without a valid token gets 404 (Not Found).
 * @throws {Failure} usage: the port is taken, or this user may not use it
 */
export async function openServer({ port, share, page, recorded = false, dispatch }: Options): Promise<Server> {
	const tokens: Record<Role, string> = { presenter: newToken(), follower: newToken() };
	const app = new Hono<{ Variables: { role: Role } }>();
	const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: false });
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
	const [address] = ipv4Addresses();
	const shared = share ? linkFor("follower", address ?? LOOPBACK) : null;
	const links = {
		audienceLink: linkFor("follower", LOOPBACK),
		share: shared === null ? null : { link: shared, code: renderSVG(shared) },
	};
	const audience = new Audience(dispatch, links, recorded);

	// Only requests for these hosts get the page. Another host name may be one that somebody else's name server
	// resolves to this computer; see DNS rebinding.
	hosts = [LOOPBACK, "localhost", ...(share ? ipv4Addresses() : [])].map((name) => `${name}:${at.port}`);
	app.use(secureHeaders({ contentSecurityPolicy: CONTENT_SECURITY_POLICY, strictTransportSecurity: false }));
	app.use("/:token/*", async (context, next) => {
		const role = roleOf(context, tokens, hosts);
		if (role === null) return context.text("This link is not valid, or no longer valid.\n", 404);
		context.set("role", role);
		return next();
	});
	app.get("/:token/socket", requireSameOrigin, requireUpgrade, (context, next) => {
		const role = context.get("role");
		return upgradeWebSocket(() => ({ onOpen: (_, { raw }) => audience.addPage(raw as WebSocket, role) }))(
			context,
			next,
		);
	});
	for (const [name, { type, body }] of Object.entries(page))
		app.get(`/:token/${name}`, (context) => context.body(body, 200, { "content-type": type }));
	return {
		link: linkFor("presenter", LOOPBACK),
		shared,
		audience,
		close: async () => {
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			audience.close();
			sockets.close();
			// Does not wait for ever: some clients do not answer, speak no HTTP or never finish a request.
			await Promise.race([connections.gone(), sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
			connections.end();
			await closed;
		},
	};
}

// Node's own closeAllConnections closes only connections that speak HTTP, and not those upgraded to WebSocket.
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
	// WebSocket is the only protocol that a client may upgrade to. Hono's listener ignores upgrades to other protocols,
	// and answers a failed upgrade only if it is the only listener. So the listener below takes its place. It refuses
	// upgrades to other protocols, and closes their connections. It does the same with upgrades for other hosts, and with
	// those whose target is not a path, because Hono may fail to make a URL of them. It passes all other upgrades on to
	// Hono's listener.
	const [toWebSocket] = server.listeners("upgrade");
	server.removeAllListeners("upgrade");
	server.on("upgrade", (request, socket, head) => {
		if (request.headers.upgrade?.toLowerCase() === "websocket" && isForUs(request))
			return toWebSocket?.call(server, request, socket, head);
		socket.on("error", () => {});
		socket.end(NO_UPGRADE, () => socket.destroy());
	});
	return {
		/** Settles when no connection is open any more. */
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

// A page loads everything from this server. xterm.js makes style elements, so inline styles are allowed.
const CONTENT_SECURITY_POLICY = {
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

// A browser lets any page open a WebSocket to any server. It names the page's origin in the request.
async function requireSameOrigin(context: Context, next: Next): Promise<Response | undefined> {
	const origin = context.req.header("origin");
	if (origin !== `http://${context.req.header("host")}`)
		return context.text("This request comes from another site's page.\n", 403);
	await next();
	return undefined;
}

// Refuses a plain HTTP request. Without this, a request that names WebSocket but asks for no upgrade would get an error
// of Hono's.
async function requireUpgrade(context: Context, next: Next): Promise<Response | undefined> {
	if ((context.env as { outgoing?: unknown }).outgoing !== undefined)
		return context.text("This address accepts WebSocket connections only.\n", 400);
	await next();
	return undefined;
}

function ipv4Addresses(): string[] {
	return Object.values(networkInterfaces())
		.flatMap((of) => of ?? [])
		.filter(({ family, internal }) => family === "IPv4" && !internal)
		.map(({ address }) => address);
}
