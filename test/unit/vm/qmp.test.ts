import { once } from "node:events";
import { Duplex } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Qmp, type QmpEvent } from "../../../harness/vm/qmp.ts";
import { applyByteEdits, randomByteEdits } from "../../support/random-edits.ts";

/** A channel to a QEMU that the test plays: `sent` is what QEMU would read, and `say` writes as QEMU. */
function qemu() {
	const sent: { execute: string; arguments: object }[] = [];
	const channel = new Duplex({
		read() {},
		write(chunk: Buffer, _encoding, done) {
			sent.push(
				...chunk
					.toString()
					.trim()
					.split("\n")
					.map((line) => JSON.parse(line)),
			);
			done();
		},
	});
	const say = (...messages: object[]) =>
		channel.push(messages.map((message) => `${JSON.stringify(message)}\r\n`).join(""));
	return { sent, say, channel, qmp: new Qmp(channel) };
}

test("capabilities are negotiated before the first command", () => {
	const { sent, qmp } = qemu();
	void qmp.execute("stop");
	expect(sent).toEqual([
		{ execute: "qmp_capabilities", arguments: {} },
		{ execute: "stop", arguments: {} },
	]);
});

test("answers go to the commands in their order, past the greeting and events", async () => {
	const { say, qmp } = qemu();
	const answers = Promise.all([qmp.execute("one"), qmp.execute("two", { a: 1 })]);
	say({ QMP: { version: {} } }, { return: {} }, { return: 1 }, { event: "STOP" }, { return: 2 });
	expect(await answers).toEqual([1, 2]);
});

test("a refusal rejects its own command, with QEMU's words", async () => {
	const { say, qmp } = qemu();
	const [refused, granted] = [qmp.execute("nonsense"), qmp.execute("cont")];
	say({ return: {} }, { error: { class: "CommandNotFound", desc: "no such command" } }, { return: {} });
	await expect(refused).rejects.toThrow("QEMU: no such command");
	await expect(granted).resolves.toEqual({});
});

test("an event reaches every listener, with its data or with none", () => {
	const { channel, qmp } = qemu();
	const events: QmpEvent[] = [];
	qmp.onEvent((event) => events.push(event));
	// A pipe may deliver a message in two pieces.
	channel.emit("data", '{"event":"SHUTDOWN","data":{"reason":"guest-re');
	expect(events).toEqual([]);
	channel.emit("data", 'set"}}\r\n{"event":"RESUME"}\r\n');
	expect(events).toEqual([
		{ event: "SHUTDOWN", data: { reason: "guest-reset" } },
		{ event: "RESUME", data: {} },
	]);
});

test("when QEMU ends, every command that waits is rejected", async () => {
	const { channel, qmp } = qemu();
	const waiting = [qmp.execute("one"), qmp.execute("two")].map((each) =>
		expect(each).rejects.toThrow("QEMU has ended"),
	);
	channel.destroy();
	await Promise.all(waiting);
	await qmp.closed;
});

test("a command after QEMU's end is rejected too", async () => {
	const { channel, qmp } = qemu();
	channel.on("error", () => {});
	channel.destroy();
	await once(channel, "close");
	await expect(qmp.execute("stop")).rejects.toThrow();
});

// A QEMU that an attacker controls may send anything, and must do no other harm. DRYDOCK_FUZZ_SEED repeats a run.
const seed = Number(process.env["DRYDOCK_FUZZ_SEED"] ?? Date.now() % 2 ** 31);

test(`any input is an answer, an event, or the end (DRYDOCK_FUZZ_SEED=${seed})`, async () => {
	const messages = [
		...[{ QMP: { version: {} } }, { return: {} }, { error: { class: "GenericError", desc: "no" } }, { return: 1 }],
		...[
			{ event: "SHUTDOWN", data: { reason: "guest-reset" } },
			{ event: "MIGRATION", data: { status: "completed" } },
		],
	];
	const whole = Buffer.from(messages.map((message) => `${JSON.stringify(message)}\r\n`).join(""));
	let cutOff = 0;
	await fc.assert(
		fc.asyncProperty(randomByteEdits, async (changes) => {
			const { channel, qmp } = qemu();
			const answers = ["one", "two"].map((command) => qmp.execute(command).catch((error: Error) => error));
			const heard: QmpEvent[] = [];
			qmp.onEvent((event) => heard.push(event));
			channel.push(applyByteEdits(whole, changes));
			await new Promise(setImmediate);
			cutOff += channel.destroyed ? 1 : 0;
			channel.destroy();
			await Promise.all(answers);
			for (const { event, data } of heard) expect([typeof event, typeof data]).toEqual(["string", "object"]);
		}),
		{ seed, numRuns: 500 },
	);
	expect(cutOff).toBeGreaterThan(0);
	expect(cutOff).toBeLessThan(500);
});
