import fs from "node:fs";
import { hasRoomForWrites, recordEnd, recordStart } from "./ledger.ts";

/**
 * node:fs for an exercise: the functions are Node's own, and the ledger also records those that change something. Their
 * names in the ledger begin with `fs.`, so they cannot be taken for system calls of `#kernel`.
 *
 * Not recorded: what reads, what is asynchronous, and output on descriptors 1 and 2.
 */

const { O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } = fs.constants;

/** The parameters of the recorded functions, as the ledger names them. */
const PARAMETERS = {
	appendFileSync: ["path", "data", "options"],
	chmodSync: ["path", "mode"],
	chownSync: ["path", "uid", "gid"],
	copyFileSync: ["src", "dest", "mode"],
	cpSync: ["src", "dest", "options"],
	fchmodSync: ["fd", "mode"],
	fchownSync: ["fd", "uid", "gid"],
	ftruncateSync: ["fd", "length"],
	lchownSync: ["path", "uid", "gid"],
	linkSync: ["existing", "path"],
	mkdirSync: ["path", "options"],
	mkdtempSync: ["prefix"],
	openSync: ["path", "flags", "mode"],
	renameSync: ["old", "path"],
	rmdirSync: ["path"],
	rmSync: ["path", "options"],
	symlinkSync: ["target", "path"],
	truncateSync: ["path", "length"],
	unlinkSync: ["path"],
	writeFileSync: ["path", "data", "options"],
	writeSync: ["fd", "data", "offset", "length"],
} as const;

type Recorded = keyof typeof PARAMETERS;

/** How much of the written data the ledger shows: enough for a line of any file in /proc or /sys. */
const DATA_CHARS = 100;
const PATH_CHARS = 1_000;
/** The options that change what a function does to the files. */
const OPTIONS = ["recursive", "force", "flag", "mode", "dereference", "preserveTimestamps"];

/** A copy of node:fs. Node's own functions call each other in the original, so each call is recorded once. */
export const recordedFiles: typeof fs = Object.defineProperties({} as typeof fs, {
	...Object.getOwnPropertyDescriptors(fs),
	...Object.fromEntries(
		Object.keys(PARAMETERS).map((name) => [
			name,
			{ value: recorded(name as Recorded), writable: true, enumerable: true, configurable: true },
		]),
	),
});

function recorded(name: Recorded) {
	const original = fs[name] as (...args: unknown[]) => unknown;
	return (...args: unknown[]): unknown => {
		const started = isRecorded(name, args) ? start(name, args) : undefined;
		if (started === undefined) return original(...args);
		try {
			const answer = original(...args);
			recordEnd(started, { result: typeof answer === "number" ? answer : 0 });
			return answer;
		} catch (error) {
			recordEnd(started, { error: String((error as NodeJS.ErrnoException | null)?.code ?? "an exception") });
			throw error;
		}
	};
}

function isRecorded(name: Recorded, [first, flags]: unknown[]): boolean {
	if (!hasRoomForWrites()) return false;
	if (name === "openSync") return mayWrite(flags);
	return first !== 1 && first !== 2;
}

function mayWrite(flags: unknown): boolean {
	if (typeof flags === "number") return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) !== 0;
	return typeof flags === "string" && /[wa+]/.test(flags);
}

// An argument can be any value, even one that throws when it is read. Such a call is not recorded.
function start(name: Recorded, args: readonly unknown[]): ReturnType<typeof recordStart> | undefined {
	try {
		const entries = PARAMETERS[name].map((parameter, index) => {
			// Many functions take a descriptor instead of a path.
			const key = parameter === "path" && typeof args[index] === "number" ? "fd" : parameter;
			return [key, shown(parameter, name === "writeSync" ? writtenPart(args)[index] : args[index])] as const;
		});
		return recordStart(`fs.${name}`, Object.fromEntries(entries.filter(([, text]) => text !== "")));
	} catch {
		return undefined;
	}
}

// Of a buffer, writeSync writes only the part that its further arguments name.
function writtenPart([fd, data, offset, length]: readonly unknown[]): unknown[] {
	if (!ArrayBuffer.isView(data)) return [fd, data];
	const range =
		typeof offset === "object" && offset !== null ? (offset as Record<string, unknown>) : { offset, length };
	const from = Number(range["offset"] ?? 0);
	const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
	return [fd, bytes.subarray(from, from + Number(range["length"] ?? bytes.length))];
}

/** An argument as the ledger shows it; empty if it does not say what the function does. */
function shown(parameter: string, value: unknown): string {
	if (parameter === "options") return typeof value === "object" && value !== null ? options(value) : "";
	if (parameter === "mode" && typeof value === "number") return `0o${value.toString(8)}`;
	if (typeof value === "number") return String(value);
	const length = parameter === "data" ? DATA_CHARS : PATH_CHARS;
	if (typeof value === "string") return quotedStart(value, length);
	if (value instanceof URL) return quotedStart(decodeURIComponent(value.pathname), length);
	if (!ArrayBuffer.isView(value)) return "";
	const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
	// Four bytes are the most that a character has in UTF-8.
	return quotedStart(bytes.toString("utf8", 0, 4 * length + 4), length);
}

const quotedStart = (text: string, length: number) =>
	JSON.stringify(text.length <= length ? text : `${text.slice(0, length)}…`);

function options(given: object): string {
	const known = OPTIONS.flatMap((name) => {
		const value: unknown = Reflect.get(given, name);
		return ["boolean", "number", "string"].includes(typeof value) ? [`${name}: ${value}`] : [];
	});
	return known.length === 0 ? "" : `{ ${known.join(", ")} }`;
}
