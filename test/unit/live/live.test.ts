import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { inKit } from "../../../harness/base/kit.ts";
import type { PageMessage, ServerMessage } from "../../../harness/live/messages.ts";
import { makePage, type Page } from "../../../harness/live/page.ts";
import { Playback } from "../../../harness/live/recording/playback.ts";
import { readRecording } from "../../../harness/live/recording/recording.ts";
import { openServer, type Server } from "../../../harness/live/server.ts";

const POLICY_VIOLATION = 1008;

const recorded = await readRecording(inKit("test/recordings/02-unshare.jsonl"), "live");
const output = { atMs: 0, type: "output", shell: "host", data: "x".repeat(1 << 20) } as const;
const page: Page = await makePage(
	"04-example",
	"# A lesson\n\n```console\n$ hostname\nharbour\n```\n\n[elsewhere](https://example.org)\n",
);

let server: Server;
let show: Playback;
let dispatched: PageMessage[];
beforeEach(async () => {
	dispatched = [];
	const dispatch = async (message: PageMessage) => {
		dispatched.push(message);
		if (message.action === "next") await show.next();
	};
	server = await openServer({ port: 0, share: true, page, dispatch });
	show = await Playback.open(recorded, server.audience.sendEvent);
});
afterEach(async () => {
	vi.useRealTimers();
	await show.close();
	await server.close();
});

const here = () => new URL(server.link);
// If the computer has an address in its network, the link for followers contains it.
const followers = () => new URL(server.shared ?? "");
const socketOf = (link: URL) => Object.assign(new URL("socket", link), { protocol: "ws:" });

/** Connects as the page in a browser does. @returns the connection, and what it receives */
async function connected(link: URL, origin = link.origin) {
	const socket = new WebSocket(socketOf(link), { origin });
	const received: ServerMessage[] = [];
	socket.on("message", (data) => received.push(JSON.parse(String(data))));
	const closed = once(socket, "close").then(([code]) => Number(code));
	await once(socket, "open");
	const waitFor = (wanted: ServerMessage["type"]) =>
		expect.poll(() => received.filter(({ type }) => type === wanted).length).toBeGreaterThan(0);
	await waitFor("welcome");
	return { socket, received, closed, send: (message: unknown) => socket.send(JSON.stringify(message)) };
}

/** The HTTP status of a refused connection. */
async function refused(link: URL, options: { origin?: string; headers?: Record<string, string> }): Promise<number> {
	const socket = new WebSocket(socketOf(link), options);
	socket.on("error", () => {});
	const [, response] = await once(socket, "unexpected-response");
	socket.terminate();
	return response.statusCode;
}

// Not fetch, which sets the Host header itself.
function status(link: URL, host: string): Promise<number | undefined> {
	return new Promise((resolve, reject) => {
		request(link, { headers: { host } }, (response) => {
			response.resume();
			resolve(response.statusCode);
		})
			.on("error", reject)
			.end();
	});
}

describe("the page", () => {
	test("is complete, and loads nothing from anywhere else", async () => {
		const answer = await fetch(server.link);
		expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
		const html = await answer.text();
		const names = [...html.matchAll(/(?:href|src)="([^"#:]+)"/g)].map(([, name = ""]) => name);
		expect(names.sort()).toEqual(["main.js", "page.css"]);
		for (const name of names) {
			const file = await fetch(new URL(name, server.link));
			expect(file.status).toBe(200);
			if (!name.endsWith(".css")) continue;
			const styles = await file.text();
			expect(styles).not.toContain("@import");
			const fonts = [...styles.matchAll(/url\("?(?!data:)([^)"]+)/g)].map(([, font = ""]) => font);
			expect(fonts.length).toBeGreaterThan(0);
			for (const font of fonts) {
				expect(font).toMatch(/^\.\/[\w-]+\.woff2$/);
				const { status, headers } = await fetch(new URL(font, server.link));
				expect([status, headers.get("content-type")]).toEqual([200, "font/woff2"]);
			}
		}
	});

	test("has the lesson's text, coloured, without its links", async () => {
		const lesson = await (await fetch(new URL("lesson.html", server.link))).text();
		expect(lesson).toContain("<h1>A lesson</h1>");
		expect(lesson).toContain('<span class="hljs-meta">$ ');
		expect(lesson).toContain("<em>elsewhere</em>");
		expect(lesson).not.toContain("example.org");
	});

	test("begins the lesson with the walls built so far, and its own", async () => {
		const lesson = await (await fetch(new URL("lesson.html", server.link))).text();
		expect(lesson).toMatch(
			/^<pre class="walls" role="img" aria-label="The walls: built: 02 hostname, 03 root; this lesson: 04 mounts;/,
		);
		expect(lesson).toContain("04 mounts ›");
	});

	test.each(["", "page.css", "lesson.html", "socket"])("/%s needs a token", async (name) => {
		for (const token of ["", "presenter/", `${"0".repeat(32)}/`, `${"é".repeat(32)}/`])
			expect((await fetch(new URL(`/${token}${name}`, server.link))).status).toBe(404);
	});

	test("is not served under another host name", async () => {
		expect(await status(here(), here().host)).toBe(200);
		expect(await status(here(), `drydock.example:${here().port}`)).toBe(404);
	});

	test("is the presenter's on this computer only", async () => {
		const elsewhere = new URL(here().pathname, followers());
		if (elsewhere.hostname === here().hostname) return;
		expect((await fetch(elsewhere)).status).toBe(404);
		expect((await fetch(followers())).status).toBe(200);
	});
});

describe("a connection", () => {
	test.each(["http://example.org", "null", "http://127.0.0.1:1"])("from a page of %s is refused", async (origin) => {
		expect(await refused(here(), { origin })).toBe(403);
	});

	test("without an Origin header is refused", async () => {
		expect(await refused(here(), {})).toBe(403);
	});

	test("without a token is refused", async () => {
		expect(await refused(new URL("/", here()), { origin: here().origin })).toBe(404);
	});

	test("of a follower that sends a message is closed, and the message is not carried out", async () => {
		const { send, closed } = await connected(followers());
		send({ action: "type", shell: "host", keys: "reboot\r" });
		expect(await closed).toBe(POLICY_VIOLATION);
		expect(dispatched).toEqual([]);
	});

	test.each([
		["no JSON", "{"],
		["an unknown action", '{"action":"halt"}'],
		["a shell that is none", '{"action":"type","shell":"root","keys":"x"}'],
		["a terminal of no size", '{"action":"resize","size":{"columns":0,"rows":1e9}}'],
	])("of a presenter who sends %s is closed, and nothing is done", async (_, text) => {
		const { socket, closed } = await connected(here());
		socket.send(text);
		expect(await closed).toBe(POLICY_VIOLATION);
		expect(dispatched).toEqual([]);
	});

	test("that sends too many messages is closed, and the others go on", async () => {
		const [flooding, other] = [await connected(here()), await connected(here())];
		for (let count = 0; count < 20_000; count++) flooding.send({ action: "type", shell: "host", keys: "x" });
		expect(await flooding.closed).toBe(POLICY_VIOLATION);
		expect(dispatched.length).toBeLessThan(2_000);
		other.send({ action: "next" });
		await expect.poll(() => other.received.some(({ type }) => type === "event")).toBe(true);
	});

	test("that sends a larger message than any page does is closed", async () => {
		const { socket, closed } = await connected(here());
		socket.send("x".repeat(1 << 20));
		// 1009 means "message too big": RFC 6455, section 7.4.1.
		expect(await closed).toBe(1009);
	});
});

describe("a page that connects later", () => {
	test("gets everything that the others have seen", async () => {
		const early = await connected(followers());
		// The second of two keys shows at once what the first one has begun.
		for (let key = 0; key < 3; key++) await Promise.all([show.next(), show.next()]);
		const late = await connected(followers());
		const [welcome] = late.received;
		if (welcome?.type !== "welcome") throw new Error("the first message is no welcome");
		expect(welcome.role).toBe("follower");
		expect(welcome.events[0]?.type).toBe("demo");
		const screen = welcome.events.find((event) => event.type === "screen" && event.shell === "host");
		expect(screen).toMatchObject({ data: expect.stringContaining("harbour") });
		const lastOf = (events: (typeof recorded)[number][], type: string) =>
			events.findLast((event) => event.type === type);
		const sent = [...(early.received[0] as typeof welcome).events].concat(
			early.received.flatMap((message) => (message.type === "event" ? [message.event] : [])),
		);
		for (const type of ["step", "view"]) expect(lastOf(welcome.events, type)).toEqual(lastOf(sent, type));
	});

	test("is counted until it disconnects", async () => {
		const presenter = await connected(here());
		const counts = () => presenter.received.flatMap((message) => (message.type === "followers" ? [message.count] : []));
		const [one, two] = [await connected(followers()), await connected(followers())];
		await expect.poll(() => counts().at(-1)).toBe(2);
		one.socket.close();
		await expect.poll(() => counts().at(-1)).toBe(1);
		two.socket.terminate();
		await expect.poll(() => counts().at(-1)).toBe(0);
	});

	test("gets the presenter's notes only if it is the presenter's", async () => {
		const noted = recorded.map((event) =>
			event.type === "demo" ? { ...event, steps: event.steps.map((step) => ({ ...step, note: "a secret" })) } : event,
		);
		await show.close();
		show = await Playback.open(noted, server.audience.sendEvent);
		expect(JSON.stringify((await connected(here())).received)).toContain("a secret");
		expect(JSON.stringify((await connected(followers())).received)).not.toContain("a secret");
	});

	test("and reads nothing is disconnected, and does not delay the presenter", async () => {
		const presenter = await connected(here());
		const slow = await connected(followers());
		slow.socket.pause();
		for (let count = 0; count < 40; count++) await server.audience.sendEvent(output);
		await expect.poll(() => server.audience.followers).toBe(0);
		presenter.send({ action: "next" });
		await expect.poll(() => dispatched).toEqual([{ action: "next" }]);
	});

	test("of a presenter, and reads nothing, is waited for, but only for a limited time", async () => {
		const asleep = await connected(here());
		asleep.socket.pause();
		vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
		let sentEvents = 0;
		const telling = (async () => {
			for (; sentEvents < 40; sentEvents++) await server.audience.sendEvent(output);
		})();
		// The buffers in between take some of the events.
		for (let turn = 0; turn < 1_000; turn++) await new Promise(setImmediate);
		expect(sentEvents).toBeLessThan(40);
		vi.advanceTimersByTime(10_000);
		await telling;
	});
});

test("a port in use is reported, with a command that helps", async () => {
	const options = { share: false, page, dispatch: async () => {} };
	await expect(openServer({ ...options, port: Number(here().port) })).rejects.toMatchObject({
		kind: "usage",
		next: "npx drydock live --port 0",
	});
});

describe("the end of the server", () => {
	// Sends bytes that no real client would send.
	const dial = async (text: string) => {
		const socket = connect(Number(here().port), "127.0.0.1");
		let received = "";
		socket.on("data", (data) => {
			received += data;
		});
		socket.on("error", () => {});
		socket.write(text);
		return { socket, receivedText: () => received, closed: once(socket, "close") };
	};
	const upgrade = (path: string, protocol: string, more = "") =>
		`GET ${path} HTTP/1.1\r\nHost: ${here().host}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n${more}\r\n`;

	test.each(["h2c", "TLS/1.0", "x", ""])(
		"a request for the protocol %j is answered, with and without a token",
		async (name) => {
			for (const path of ["/", here().pathname, `${here().pathname}socket`]) {
				const { receivedText, closed } = await dial(
					upgrade(path, name, "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"),
				);
				if (name === "") await expect.poll(receivedText).toMatch(/^HTTP\/1.1 [234]/);
				else await closed;
				expect(receivedText()).toMatch(/^HTTP\/1.1 [234]/);
			}
			await server.close();
		},
	);

	test("a request for a WebSocket without a token is answered", async () => {
		const { receivedText, closed } = await dial(upgrade("/socket", "websocket", "Sec-WebSocket-Version: 13\r\n"));
		await closed;
		expect(receivedText()).toMatch(/^HTTP\/1.1 4/);
	});

	test("does not wait for clients that leave something unanswered or unfinished", async () => {
		const key = `Origin: ${here().origin}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${"A".repeat(22)}==\r\n`;
		const all = await Promise.all(
			[
				upgrade(`${here().pathname}socket`, "websocket", key),
				"",
				"GET / HTTP/1.1\r\nHost",
				`POST ${here().pathname} HTTP/1.1\r\nHost: ${here().host}\r\nContent-Length: 1000\r\n\r\nx`,
				`GET ${here().pathname} HTTP/1.1\r\nHost: ${here().host}\r\n\r\n`,
				"\0\u0001\u0002",
			].map(dial),
		);
		await expect.poll(all[0]?.receivedText as () => string).toContain("welcome");
		await server.close();
		await Promise.all(all.map(({ closed }) => closed));
	});
});
