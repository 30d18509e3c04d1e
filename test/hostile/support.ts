import { execFileSync } from "node:child_process";
import { openSync, readdirSync, readFileSync, readlinkSync, writeFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";

/** What hostile submissions have in common; bundled into them, and run in the guest only. */

/** Makes any system call by its number. @returns its answer; -1 when it was refused */
export function syscall(number: number, ...args: (number | Buffer)[]): number {
	const { DataType, load, open } = createRequire("/opt/drydock/")("ffi-rs") as typeof import("ffi-rs");
	open({ library: "libc", path: "/usr/lib/x86_64-linux-gnu/libc.so.6" });
	const type = (value: number | Buffer) => (typeof value === "number" ? DataType.I64 : DataType.U8Array);
	return load({
		library: "libc",
		funcName: "syscall",
		retType: DataType.I64,
		paramsType: [DataType.I64, ...args.map(type)],
		paramsValue: [number, ...args],
	});
}

/** A C string. */
export const text = (value: string): Buffer => Buffer.from(`${value}\0`);

/** Tries everything, and throws what came of it: the report then shows it. */
export function attempt(acts: Record<string, () => unknown>): never {
	throw new Error(
		Object.entries(acts)
			.map(([name, act]) => `${name}: ${outcome(act)}`)
			.join("; "),
	);
}

/** `done`, or why not. */
export function outcome(act: () => unknown): string {
	try {
		return act() === -1 ? "refused" : "done";
	} catch (error) {
		return (error as NodeJS.ErrnoException).code ?? String(error);
	}
}

/** All processes whose arguments hold this text, this one and its engine excepted. */
export function pidsOf(part: string): number[] {
	// Node's own pid, in a forked child, is its parent's.
	const own = [readlinkSync("/proc/self"), String(process.pid)];
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name) && !own.includes(name))
		.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(part))
		.map(Number);
}

/** Waits, and leaves the processor to others meanwhile. */
export const sleep = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** Runs a script of sh(1) as far as it goes. @returns what it says */
export function sh(script: string): string {
	try {
		return execFileSync("/bin/sh", ["-c", script], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
	} catch (error) {
		return String((error as { stderr?: unknown }).stderr ?? error);
	}
}

/** Takes the agent's port from it: pulls the device's driver out, puts it back in, and opens the port first. */
export function takePort(): (bytes: Buffer) => void {
	const driver = "/sys/bus/virtio/drivers/virtio_console";
	const device = readdirSync(driver).find((name) => name.startsWith("virtio")) ?? "none";
	writeFileSync(`${driver}/unbind`, device);
	writeFileSync(`${driver}/bind`, device);
	for (;;) {
		const port = readdirSync("/dev").find((name) => name.startsWith("vport"));
		try {
			const fd = openSync(`/dev/${port}`, "r+");
			return (bytes) => void writeSync(fd, bytes);
		} catch {
			// It is not there yet, or has a name before it can be opened.
		}
	}
}

/** A frame as the agent would send it. */
export function frame(value: unknown): Buffer {
	const body = Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
	const head = Buffer.alloc(4);
	head.writeUInt32BE(body.length);
	return Buffer.concat([head, body]);
}
