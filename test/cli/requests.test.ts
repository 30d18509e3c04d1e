import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { inKit } from "../../harness/base/kit.ts";
import { dispatch } from "../../harness/live/dispatch.ts";
import { PageMessage } from "../../harness/live/messages.ts";
import { Playback } from "../../harness/live/recording/playback.ts";
import { readRecording } from "../../harness/live/recording/recording.ts";
import { openServer, type Server } from "../../harness/live/server.ts";
import { applyByteEdits, applyEdits, randomByteEdits, randomEdits } from "../support/random-edits.ts";

// Anybody who reaches the port of the live page's server may send anything. The server must answer, refuse or
// disconnect, and then go on. `npm run soak` runs a hundred times as many.
const seed = Number(process.env["DRYDOCK_FUZZ_SEED"] ?? Date.now() % 2 ** 31);
const times = Number(process.env["DRYDOCK_FUZZ"] ?? 1);
const PATIENCE_MS = 120_000 * times;
const runs = (numRuns: number) => ({ seed, numRuns: Math.ceil(numRuns * times) });
console.log(`fuzzing the live page's server with DRYDOCK_FUZZ_SEED=${seed}`);

const SECRET = "the page itself";
const page = { "": { type: "text/html", body: SECRET }, "main.js": { type: "text/javascript", body: SECRET } };

let server: Server;
let show: Playback;
/** The messages of pages that the server has passed on. */
let dispatched: unknown[] = [];
beforeAll(async () => {
	server = await openServer({
		...{ port: 0, share: true, page },
		dispatch: async (message) => {
			dispatched.push(message);
			// Does not play steps, which would take too long.
			if (message.action !== "next" && message.action !== "replay") await dispatch(show, message);
		},
	});
	show = await Playback.open(
		await readRecording(inKit("test/recordings/02-unshare.jsonl"), "live"),
		server.audience.sendEvent,
	);
});
afterAll(async () => {
	await show.close();
	await server.close();
});

/** Sends only these bytes to the server. @returns everything that the server sends until it ends the connection */
async function sent(bytes: Buffer): Promise<string> {
	const socket = connect(Number(new URL(server.link).port), "127.0.0.1");
	let heard = "";
	socket.on("data", (data) => {
		heard += data.toString("latin1");
	});
	socket.on("error", () => {});
	socket.end(bytes);
	await once(socket, "close");
	return heard;
}

async function expectAlive(): Promise<void> {
	const answer = await fetch(server.link);
	expect([answer.status, await answer.text()]).toEqual([200, SECRET]);
}

describe("whatever is sent", () => {
	const asked = (method: string, path: string, ...headers: string[]) =>
		[`${method} ${path} HTTP/1.1`, `Host: ${new URL(server.link).host}`, ...headers, "", ""].join("\r\n");
	const upgrade = [
		...["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"],
		`Sec-WebSocket-Key: ${"A".repeat(22)}==`,
	];
	// A text frame with a mask of zeros: RFC 6455, section 5.2.
	const frame = (text: string) =>
		Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);

	test("as a request, with and without a token", { timeout: PATIENCE_MS }, async () => {
		const { pathname, origin } = new URL(server.link);
		const token = pathname.split("/")[1] ?? "";
		const socket = asked("GET", `${pathname}socket`, `Origin: ${origin}`, ...upgrade);
		const requests = [
			asked("GET", pathname),
			asked("GET", `/${"0".repeat(32)}/`),
			asked("GET", "/%2e%2e/%ff%fe/main.js?x=%#y"),
			asked("HEAD", `${pathname}main.js`, "Range: bytes=0-1", "If-None-Match: *"),
			asked("POST", pathname, "Content-Length: 4", "Expect: 100-continue").concat("body"),
			asked("POST", pathname, "Transfer-Encoding: chunked").concat("4\r\nbody\r\n0\r\n\r\n"),
			asked("GET", "/socket", ...upgrade),
			socket,
		].map((text) => Buffer.from(text, "latin1"));
		requests.push(
			Buffer.concat([Buffer.from(socket), frame('{"action":"next"}'), frame('{"action":"jump","step":1}')]),
			Buffer.concat([Buffer.from(socket), frame("{"), Buffer.from([0x88, 0x80, 0, 0, 0, 0])]),
		);
		// Almost every changed request is refused. So that some are accepted in every run, a tenth is not changed.
		const someByteEdits = fc.oneof(
			{ weight: 9, arbitrary: randomByteEdits },
			{ weight: 1, arbitrary: fc.constant([]) },
		);
		dispatched = [];
		const answers = new Map<string, number>();
		await fc.assert(
			fc.asyncProperty(fc.nat(requests.length - 1), someByteEdits, async (index, changes) => {
				const bytes = applyByteEdits(requests[index] as Buffer, changes);
				const heard = await sent(bytes);
				const [, status = "none"] = /^HTTP\/1\.1 (\d{3}) /.exec(heard) ?? [];
				answers.set(status, (answers.get(status) ?? 0) + 1);
				expect(status).toMatch(/^(?:[1-4]\d\d|none)$/);
				if (!bytes.includes(token)) expect(heard).not.toContain(SECRET);
			}),
			runs(300),
		);
		// Some requests are refused, and some are accepted.
		for (const status of ["101", "200", "400", "404"]) expect(answers.get(status) ?? 0).toBeGreaterThan(0);
		for (const message of dispatched) expect(v.is(PageMessage, message)).toBe(true);
		await expectAlive();
	});

	test("as a presenter's message", { timeout: PATIENCE_MS }, async () => {
		const messages = [
			...["next", "back", "replay", "reset"].map((action) => ({ action })),
			{ action: "jump", step: 3 },
			{ action: "type", shell: "host", keys: "hostname\r" },
			{ action: "resize", size: { columns: 80, rows: 24 } },
		];
		let cutOff = 0;
		dispatched = [];
		await fc.assert(
			fc.asyncProperty(fc.nat(messages.length - 1), randomEdits, fc.boolean(), async (index, changes, isBinary) => {
				const socket = new WebSocket(`${server.link.replace("http", "ws")}socket`, {
					origin: new URL(server.link).origin,
				});
				const closed = once(socket, "close");
				socket.on("error", () => {});
				await once(socket, "open");
				socket.send(applyEdits(messages[index], changes), { binary: isBinary && index % 3 === 0 });
				// A client that was not disconnected closes the connection.
				socket.close(1000);
				const [code] = await closed;
				// 1006: the client was disconnected while it was sending.
				expect([1000, 1006, 1008, 1009]).toContain(code);
				cutOff += code === 1000 ? 0 : 1;
			}),
			runs(150),
		);
		expect(cutOff).toBeGreaterThan(0);
		expect(dispatched.length).toBeGreaterThan(0);
		for (const message of dispatched) expect(v.is(PageMessage, message)).toBe(true);
		await expectAlive();
	});
});
