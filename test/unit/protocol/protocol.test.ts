import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { encodeFrame, FrameDecoder, GuestFrame, LIMITS, ProtocolError } from "../../../harness/protocol/index.ts";
import { hostState, observation } from "../../support/observation.ts";

const isFrame = (frame: unknown) => v.is(GuestFrame, frame);

describe("FrameDecoder", () => {
	test("a frame that arrives byte by byte is given once, with its last byte", () => {
		const decoder = new FrameDecoder(100);
		const frames = [...encodeFrame({ name: "ä" })].map((byte) => decoder.push(Buffer.from([byte])));
		expect(frames.flat()).toEqual([{ name: "ä" }]);
		expect(frames.at(-1)).toEqual([{ name: "ä" }]);
	});

	test("a chunk gives its complete frames in order, and keeps the rest", () => {
		const decoder = new FrameDecoder(100);
		const third = encodeFrame(3);
		expect(decoder.push(Buffer.concat([encodeFrame(1), encodeFrame(2), third.subarray(0, 4)]))).toEqual([1, 2]);
		expect(decoder.push(third.subarray(4))).toEqual([3]);
	});

	test("a frame of exactly the limit is accepted; one byte more is refused before it arrives", () => {
		const text = "x".repeat(98);
		expect(new FrameDecoder(100).push(encodeFrame(text))).toEqual([text]);
		const lengthOnly = encodeFrame(`${text}x`).subarray(0, 4);
		expect(() => new FrameDecoder(100).push(lengthOnly)).toThrow(ProtocolError);
	});

	test.each([
		["no JSON", Buffer.from([0, 0, 0, 2, 0x7b, 0x7b])],
		["nothing at all", Buffer.from([0, 0, 0, 0])],
	])("a frame with %s in it is refused", (_what, bytes) => {
		expect(() => new FrameDecoder(100).push(bytes)).toThrow("a frame that is not JSON");
	});
});

describe("what a guest may say", () => {
	const report = (change: object) => ({ type: "report", nonce: "n", observation: { ...observation(), ...change } });

	test("a whole report", () => {
		expect(isFrame(report({}))).toBe(true);
		expect(isFrame(report({ measured: { x: { of: ["any", 1] }, y: null } }))).toBe(true);
	});

	test.each([
		["an unknown type", { type: "verdict", nonce: "n", pass: true }],
		["no nonce", { type: "pong" }],
		["a field of the wrong type", report({ before: { ...hostState(), hostname: 7 } })],
		["a negative pid", report({ before: { ...hostState(), tasks: [{ pid: -1, ppid: 0, comm: "x", state: "S" }] } })],
		["a text that is too long", report({ before: { ...hostState(), hostname: "x".repeat(8193) } })],
		["a list that is too long", report({ before: { ...hostState(), root: Array(4097).fill("x") } })],
		["more than an instrument can have measured", report({ measured: { x: "x".repeat(1 << 17) } })],
		[
			"a device without numbers",
			report({ before: { ...hostState(), places: { "/": { device: "sda", inode: "1" } } } }),
		],
		[
			"more names than there can be",
			report({ stageMs: Object.fromEntries(Array.from({ length: 65_537 }, (_, at) => [`${at}`, 1])) }),
		],
		["an ending of its own", report({ calls: { box: { ending: { how: "passed" }, atThrow: null, ledger: [] } } })],
		["more output in one frame than a run may print", output("x".repeat(LIMITS.outputBytes * 2 + 1))],
	])("not %s", (_what, frame) => {
		expect(isFrame(frame)).toBe(false);
	});

	test("names such as constructor, which every object has, are left out", () => {
		const namespaces = { uts: "uts:[1]", toString: "x", constructor: "x", ["__proto__"]: "x", valueOf: "x" };
		const frame = v.parse(GuestFrame, report({ before: { ...hostState(), namespaces } }));
		expect(frame.type === "report" && Object.entries(frame.observation.before.namespaces)).toEqual([
			["uts", "uts:[1]"],
		]);
	});

	test("a view may have additional readings or none, but none of a wrong form", () => {
		const view = (more: object) => ({
			...{ type: "view", nonce: "n", shells: { host: null } },
			host: { ...hostState(), ...more },
		});
		const layer = (kind: string) => ({
			path: "u",
			entries: [{ path: "a", kind, size: 0, opaque: false }],
			more: false,
		});
		expect(isFrame(view({}))).toBe(true);
		expect(isFrame(view({ layers: [{ device: "0:1", lower: [], upper: layer("whiteout") }] }))).toBe(true);
		expect(isFrame(view({ layers: [{ device: "0:1", lower: [], upper: layer("verdict") }] }))).toBe(false);
		expect(isFrame(view({ memory: { usedBytes: -1, totalBytes: 1 } }))).toBe(false);
	});

	test("output of the full limit, in base64", () => {
		expect(isFrame(output(Buffer.alloc(LIMITS.outputBytes).toString("base64")))).toBe(true);
	});

	test("the largest output, framed, fits in the longest frame", () => {
		expect(encodeFrame(output("x".repeat(LIMITS.outputBytes * 2))).length).toBeLessThan(LIMITS.frameBytes);
	});
});

const output = (data: string) => ({ type: "output", nonce: "n", stream: "stdout", data });
