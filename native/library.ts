import { DataType, load, open } from "ffi-rs";
import { recordEnd, recordStart } from "./ledger.ts";
import { SyscallError } from "./syscall-error.ts";

const LIBRARY = "libkernel";
/** The path of the library, in a program that brings its own copy. Other programs do not define it. */
declare const LIBKERNEL: string | undefined;
/** How many characters of an argument the ledger and an error show. A path has at most 4,096 bytes. */
const SHOWN_LENGTH = 4_096;

/** An argument for C: a 32-bit or 64-bit integer, both given as a number, or a buffer. */
export type CArgument = { type: DataType; value: number | Buffer };

export const int = (value: number): CArgument => ({ type: DataType.I32, value });
export const int64 = (value: number): CArgument => ({ type: DataType.I64, value });
export const bytes = (value: Buffer): CArgument => ({ type: DataType.U8Array, value });

/**
 * Packs strings for libkernel.c: `"\1bytes\0"` for each, `"\0"` for NULL.
 * @throws {TypeError} a string holds a NUL byte, which a C string cannot hold
 */
export function strings(...values: readonly (string | null)[]): CArgument {
	const parts = values.map((value) => {
		if (value === null) return "\0";
		if (value.includes("\0")) throw new TypeError(`a C string cannot hold a NUL byte: ${JSON.stringify(value)}`);
		return `\u0001${value}\0`;
	});
	return bytes(Buffer.from(parts.join("")));
}

/**
 * Calls `function_` of libkernel without recording it.
 * @returns the kernel's answer: a value of 0 or more, or a negative error number
 */
export function callLibrary(function_: string, args: readonly CArgument[]): number {
	openOnce();
	return load({
		library: LIBRARY,
		funcName: function_,
		retType: DataType.I64,
		paramsType: args.map((argument) => argument.type),
		paramsValue: args.map((argument) => argument.value),
	});
}

/**
 * Makes one system call, and records it in the ledger.
 * @param call the manual's name of the call, such as `mount`
 * @param shown the arguments by the manual's names, each as it would be written in C
 * @param args the arguments of the function `k_CALL` of libkernel
 * @returns the kernel's answer, 0 or more
 * @throws {SyscallError} the kernel refused
 */
export function syscall(call: string, shown: Record<string, string>, args: readonly CArgument[]): number {
	return recorded(call, shown, () => callLibrary(`k_${call}`, args));
}

/**
 * Records a system call that `make` makes, and throws an exception if the kernel refuses the call.
 * @param args as `shown` of {@link syscall}
 * @param make returns the kernel's answer: a value of 0 or more, or a negative error number
 * @throws {SyscallError} the kernel refused
 */
export function recorded(call: string, args: Record<string, string>, make: () => number): number {
	const shown = Object.fromEntries(Object.entries(args).map(([name, value]) => [name, clipped(value)]));
	const started = recordStart(call, shown);
	const answer = make();
	if (answer >= 0) {
		recordEnd(started, { result: answer });
		return answer;
	}
	const error = new SyscallError(call, shown, -answer);
	recordEnd(started, { error: error.code });
	throw error;
}

const clipped = (text: string) => (text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text);

/** Shows a string or NULL as it would be written in C. */
export function quoted(value: string | null): string {
	return value === null ? "NULL" : JSON.stringify(value);
}

/** Shows a set of flags by their kernel names, `MS_REC|MS_PRIVATE`; bits without a name in hexadecimal. */
export function flagNames(value: number, names: Readonly<Record<string, number>>): string {
	const set = Object.entries(names).filter(([, bit]) => (value & bit) === bit);
	const rest = set.reduce((left, [, bit]) => left & ~bit, value);
	const shown = set.map(([name]) => name);
	if (rest !== 0 || shown.length === 0) shown.push(rest === 0 ? "0" : `0x${(rest >>> 0).toString(16)}`);
	return shown.join("|");
}

let opened = false;

// Opens the library at the first call. So #kernel can be imported on any system; only calling it needs Linux.
function openOnce(): void {
	if (opened) return;
	open({ library: LIBRARY, path: typeof LIBKERNEL === "string" ? LIBKERNEL : "/opt/drydock/libkernel.so" });
	opened = true;
}
