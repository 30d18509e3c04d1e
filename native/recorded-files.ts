import fs from "node:fs";
import { hasRoomForWrites, recordEnd, recordStart } from "./ledger.ts";

/**
 * node:fs and node:fs/promises for an exercise: the functions are Node's own, and the ledger records the calls of those
 * that change something. Their names in the ledger begin with `fs.`, so they cannot be taken for system calls of
 * `#kernel`. A function that has not called back yet, or whose promise is not settled yet, has no result in the ledger.
 *
 * Not recorded: functions that only read, changes of a file's times, `writev`, calls with descriptor 1 or 2 in place of
 * a path, the methods of a FileHandle, and streams. Once the ledger has no more room for writes, nothing is recorded.
 */

const { O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } = fs.constants;

/**
 * The parameters of the recorded functions, as the ledger names them. Each function also exists as `NAMESync`; most
 * exist in node:fs/promises.
 */
const PARAMETERS = {
	appendFile: ["path", "data", "options"],
	chmod: ["path", "mode"],
	chown: ["path", "uid", "gid"],
	copyFile: ["src", "dest", "mode"],
	cp: ["src", "dest", "options"],
	fchmod: ["fd", "mode"],
	fchown: ["fd", "uid", "gid"],
	ftruncate: ["fd", "length"],
	lchown: ["path", "uid", "gid"],
	link: ["existing", "path"],
	mkdir: ["path", "options"],
	mkdtemp: ["prefix"],
	open: ["path", "flags", "mode"],
	rename: ["old", "path"],
	rmdir: ["path"],
	rm: ["path", "options"],
	symlink: ["target", "path"],
	truncate: ["path", "length"],
	unlink: ["path"],
	writeFile: ["path", "data", "options"],
	write: ["fd", "data", "offset", "length"],
} as const;

type Recorded = keyof typeof PARAMETERS;
type StartedCall = ReturnType<typeof recordStart>;
type AnyFunction = (...args: unknown[]) => unknown;
/** Calls the original with the arguments, and records how the call ends. */
type Caller = (original: AnyFunction, args: unknown[], started: StartedCall) => unknown;

/** How many characters of the written data the ledger shows: enough for a line of uid_map or cgroup.procs. */
const DATA_CHARS = 100;
/** How many characters of a path the ledger shows. */
const PATH_CHARS = 1_000;
/** The options that the ledger shows. They change what a function does to the files. */
const OPTIONS = ["recursive", "force", "flag", "mode", "dereference", "preserveTimestamps"];

const NAMES = Object.keys(PARAMETERS) as Recorded[];

const recordedPromises = copyWith(
	fs.promises,
	NAMES.filter((name) => name in fs.promises).map((name) => [name, name, `promises.${name}`, callPromising]),
);

/** A copy of node:fs. Node's own functions call each other in the original, so each call is recorded once. */
export const recordedFiles: typeof fs = Object.defineProperty(
	copyWith(
		fs,
		NAMES.flatMap((name) => [
			[`${name}Sync`, name, `${name}Sync`, callSync],
			[name, name, name, callWithCallback],
		]),
	),
	"promises",
	{ value: recordedPromises, enumerable: true, configurable: true },
);

/**
 * @param functions each with its name in the module, its name in `PARAMETERS`, its name in the ledger after `fs.`, and
 * how to call it
 */
function copyWith<T extends object>(module: T, functions: [string, Recorded, string, Caller][]): T {
	const descriptors: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(module);
	for (const [member, name, shownName, call] of functions) {
		const original = Reflect.get(module, member) as AnyFunction;
		const value = recorded(original, name, `fs.${shownName}`, call);
		descriptors[member] = { value, writable: true, enumerable: true, configurable: true };
	}
	return Object.defineProperties({} as T, descriptors);
}

function recorded(original: AnyFunction, name: Recorded, shownName: string, call: Caller): AnyFunction {
	const recording = (...args: unknown[]): unknown => {
		const shown = args.filter((arg) => typeof arg !== "function");
		const started = isRecorded(name, shown) ? start(name, shownName, shown) : undefined;
		if (started === undefined) return original(...args);
		try {
			return call(original, args, started);
		} catch (error) {
			endWithError(started, error);
			throw error;
		}
	};
	// Copy the original's properties: util.promisify looks for one of them.
	return Object.defineProperties(recording, Object.getOwnPropertyDescriptors(original));
}

function callSync(original: AnyFunction, args: unknown[], started: StartedCall): unknown {
	const answer = original(...args);
	endWithAnswer(started, answer);
	return answer;
}

function callWithCallback(original: AnyFunction, args: unknown[], started: StartedCall): unknown {
	const callback = args.at(-1);
	if (typeof callback !== "function") return original(...args);
	return original(...args.slice(0, -1), (error: unknown, ...answers: unknown[]) => {
		if (error) endWithError(started, error);
		else endWithAnswer(started, answers[0]);
		callback(error, ...answers);
	});
}

async function callPromising(original: AnyFunction, args: unknown[], started: StartedCall): Promise<unknown> {
	try {
		const answer = await original(...args);
		endWithAnswer(started, answer);
		return answer;
	} catch (error) {
		endWithError(started, error);
		throw error;
	}
}

const endWithAnswer = (started: StartedCall, answer: unknown) =>
	recordEnd(started, { result: typeof answer === "number" ? answer : 0 });

const endWithError = (started: StartedCall, error: unknown) =>
	recordEnd(started, { error: String((error as NodeJS.ErrnoException | null)?.code ?? "an exception") });

function isRecorded(name: Recorded, [first, flags]: unknown[]): boolean {
	if (!hasRoomForWrites()) return false;
	if (name === "open") return mayWrite(flags);
	return first !== 1 && first !== 2;
}

function mayWrite(flags: unknown): boolean {
	if (typeof flags === "number") return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) !== 0;
	return typeof flags === "string" && /[wa+]/.test(flags);
}

// An argument can be any value, even one that throws when it is read. Such a call is not recorded.
function start(name: Recorded, shownName: string, args: readonly unknown[]): StartedCall | undefined {
	try {
		const entries = PARAMETERS[name].map((parameter, index) => {
			// Many functions take a descriptor instead of a path.
			const key = parameter === "path" && typeof args[index] === "number" ? "fd" : parameter;
			return [key, shown(parameter, name === "write" ? writtenPart(args)[index] : args[index])] as const;
		});
		return recordStart(shownName, Object.fromEntries(entries.filter(([, text]) => text !== "")));
	} catch {
		return undefined;
	}
}

// write and writeSync write only the part of a buffer that their further arguments name.
function writtenPart([fd, data, offset, length]: readonly unknown[]): unknown[] {
	if (!ArrayBuffer.isView(data)) return [fd, data];
	const range =
		typeof offset === "object" && offset !== null ? (offset as Record<string, unknown>) : { offset, length };
	const from = Number(range["offset"] ?? 0);
	const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
	return [fd, bytes.subarray(from, from + Number(range["length"] ?? bytes.length))];
}

/** An argument as the ledger shows it; empty for an argument that the ledger leaves out, such as an encoding. */
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
