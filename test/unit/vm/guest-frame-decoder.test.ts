import { describe, expect, test } from "vitest";
import { encodeFrame, LIMITS, ProtocolError } from "../../../harness/protocol/index.ts";
import { GuestFrameDecoder } from "../../../harness/vm/guest-frame-decoder.ts";
import { observation } from "../../support/observation.ts";

const pong = encodeFrame({ type: "pong", nonce: "n", monotonicMs: 1 });

/** A report in which this text replaces one value: if nothing else is given, what the exercise returned. */
function reportWith(json: string, report = observation({ ending: { how: "returned", value: "HERE" } })): Buffer {
	const frame = Buffer.from(
		JSON.stringify({ type: "report", nonce: "n", observation: report }).replace('"HERE"', json),
	);
	const length = Buffer.alloc(4);
	length.writeUInt32BE(frame.length);
	return Buffer.concat([length, frame]);
}

const returned = (json: string) => {
	const [frame] = new GuestFrameDecoder().push(reportWith(json));
	const ending = frame?.type === "report" ? frame.observation.calls["box"]?.ending : undefined;
	return ending?.how === "returned" ? ending.value : undefined;
};

describe("a decoder of guest frames", () => {
	test("returns what a guest sends, frame by frame", () => {
		expect(new GuestFrameDecoder().push(Buffer.concat([pong, pong]))).toHaveLength(2);
	});

	test("accepts no more in one run than its limit, unless the limit is lifted", () => {
		const printed = encodeFrame({ type: "output", nonce: "n", stream: "stdout", data: "QUJD".repeat(1_000) });
		const flood = (decoder: GuestFrameDecoder) => {
			for (let left: number = LIMITS.runBytes; left >= 0; left -= printed.length) decoder.push(printed);
		};
		expect(() => flood(new GuestFrameDecoder())).toThrow("the guest sent too much in one run");
		const lifted = new GuestFrameDecoder();
		lifted.liftLimit();
		expect(() => flood(lifted)).not.toThrow();
	});

	test("names the first of a million errors", () => {
		const tasks = Array(1_000_000).fill(1);
		const frame = encodeFrame({
			type: "report",
			nonce: "n",
			observation: { ...observation(), before: { ...observation().before, tasks } },
		});
		const decode = () => new GuestFrameDecoder().push(frame);
		expect(decode).toThrow(ProtocolError);
		expect(decode).toThrow(/^observation\.before\.tasks\.0: [^;]*$/);
	});

	test.each([
		["a shell with an endless name", { type: "printed", nonce: "n", shell: "x".repeat(33), data: "" }],
		["a shell that prints too much at once", { type: "printed", nonce: "n", shell: "host", data: "x".repeat(1 << 18) }],
		["a view of nothing", { type: "view", nonce: "n", host: {}, shells: {} }],
		[
			"a view of half a process",
			{ type: "view", nonce: "n", host: observation().before, shells: { host: { pid: 1 } } },
		],
	])("refuses in a stage: %s", (_what, frame) => {
		expect(() => new GuestFrameDecoder().push(encodeFrame(frame))).toThrow(ProtocolError);
	});

	test("accepts the complete frames of a stage", () => {
		const view = { type: "view", nonce: "n", host: observation().before, shells: { host: null } };
		expect(new GuestFrameDecoder().push(encodeFrame(view))).toEqual([view]);
	});

	test.each([
		["a small document", '{"pid":7,"status":0}', { pid: 7, status: 0 }],
		["something long", `"${"x".repeat(2 << 20)}"`, "something long"],
		["something nested", "[".repeat(1 << 20) + "]".repeat(1 << 20), "something long"],
	])("keeps what an exercise returned if it is small, or else says what it was: %s", (_what, json, value) => {
		expect(returned(json)).toEqual(value);
	});

	test("refuses a measurement that is nested too deeply", () => {
		const nested = "[".repeat(1 << 16) + "]".repeat(1 << 16);
		const frame = reportWith(nested, { ...observation(), measured: { speed: "HERE" } });
		expect(() => new GuestFrameDecoder().push(frame)).toThrow(ProtocolError);
	});

	test("no key changes what an object is", () => {
		const got = returned('{"__proto__":{"how":"passed"}}') as object;
		expect(Object.getPrototypeOf(got)).toBe(Object.prototype);
		expect("how" in got).toBe(false);
		expect(Object.keys(got)).toEqual([]);
	});

	test("a measurement has no key __proto__, however deep", () => {
		const frame = reportWith('[{"__proto__":[],"speed":[{"__proto__":1}]}]', {
			...observation(),
			measured: { speed: "HERE" },
		});
		const [report] = new GuestFrameDecoder().push(frame);
		expect(report?.type === "report" && JSON.stringify(report.observation.measured)).toBe('{"speed":[{"speed":[{}]}]}');
	});
});
