import fc from "fast-check";

/** A position as a fraction of the whole, from 0 to below 1. */
export const fraction = fc.nat(9_999).map((number) => number / 10_000);

/** A change to bytes. */
export interface ByteEdit {
	/** The position, as a fraction of the length. */
	at: number;
	/** How many bytes to remove there. */
	drop: number;
	/** The bytes to insert in their place. */
	put: Uint8Array;
}

const bytes = (...texts: string[]) => texts.map((text) => new Uint8Array(Buffer.from(text, "latin1")));
const LENGTHS = ["\0\0\0\0", "\0\0\0\u0001", "\u0080\0\0\0", "ÿÿÿÿ", "\0@\0\0", "\0@\0\u0001"];
const SYNTAX = ['"', "\\", "{", "}", "[", "]", "null", "-1", "1e999", '"__proto__":', "\\u0000", "ÿ", ","];

/** Random changes to bytes. Some replace the first four bytes, which in a frame are its length. */
export const randomByteEdits: fc.Arbitrary<ByteEdit[]> = fc.array(
	fc.oneof(
		fc.record({ at: fc.constant(0), drop: fc.constant(4), put: fc.constantFrom(...bytes(...LENGTHS)) }),
		fc.record({
			at: fraction,
			drop: fc.nat({ max: 40 }),
			put: fc.oneof(fc.constantFrom(...bytes(...SYNTAX)), fc.uint8Array({ maxLength: 8 })),
		}),
		// Changes that a reader may well accept.
		fc.record({
			at: fraction,
			drop: fc.constant(1),
			put: fc.constantFrom(...bytes("0", "7", "a", "Z", " ")),
		}),
	),
	{ minLength: 1, maxLength: 3 },
);

export function applyByteEdits(whole: Buffer, byteEdits: readonly ByteEdit[]): Buffer {
	return byteEdits.reduce((left, { at, drop, put }) => {
		const from = Math.floor(at * left.length);
		return Buffer.concat([left.subarray(0, from), put, left.subarray(from + drop)]);
	}, whole);
}

/** A change at one place of a document. */
export interface Edit {
	/** The path to this place: for each level, which entry to enter, as a fraction of the number of entries. */
	path: number[];
	change:
		| { do: "drop" }
		/** Adds a copy of the value to the end of the list that contains it. */
		| { do: "twice" }
		| { do: "rename"; to: string }
		| { do: "put"; value: unknown }
		/** Replaces the value by one of the same type: a string by `text`, a number by `count`. */
		| { do: "exchange"; text: string; count: number }
		/** Replaces the value by another one of the document, which is found in the same way. */
		| { do: "copy"; path: number[] };
}

const path = fc.array(fraction, { minLength: 1, maxLength: 9 });
const NAMES = ["__proto__", "constructor", "toString", "length", "", "box", "0"];
const TEXTS = [
	...[
		"",
		"\u001b[2J\u0007",
		"‹marker›",
		"‹hostname›",
		"$&",
		"__proto__",
		"toString",
		"x".repeat(8192),
		"\n".repeat(99),
	],
	// Texts that look like a number, a path, a pattern or an address.
	...["-1", "0x", "1e999", "9".repeat(400), "..", "/", "%", "(?", "[\\", "[::/129", "%zz"],
];
const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string());

// Placeholders for values that are too deep or too large to build. `applyEdits` replaces them in the JSON text.
const DEEP = "deep";
const MANY = "many";

/** Random changes to a document. */
export const randomEdits: fc.Arbitrary<Edit[]> = fc.array(
	fc.record({
		path,
		change: fc.oneof(
			{ weight: 6, arbitrary: fc.record({ do: fc.constant("exchange" as const), text, count: fc.nat() }) },
			fc.constant({ do: "drop" as const }),
			fc.constant({ do: "twice" as const }),
			fc.record({ do: fc.constant("rename" as const), to: fc.constantFrom(...NAMES) }),
			fc.record({ do: fc.constant("copy" as const), path }),
			fc.record({
				do: fc.constant("put" as const),
				value: fc.oneof(
					fc.constantFrom<unknown>(...TEXTS, 0, 1, -1, 1.5, 2 ** 53, 1e300, null, true, false, DEEP, MANY),
					fc.jsonValue({ maxDepth: 3 }),
				),
			}),
		),
	}),
	{ minLength: 1, maxLength: 4 },
);

/** The JSON of the document after the changes. */
export function applyEdits(document: unknown, changes: readonly Edit[]): string {
	const copy: Node = { top: structuredClone(document) };
	for (const { path, change } of changes) {
		const [parent, key] = find(copy, path);
		if (change.do === "drop") remove(parent, key);
		if (change.do === "put") set(parent, key, change.value);
		if (change.do === "exchange") set(parent, key, otherValue(parent[key], change));
		if (change.do === "twice" && Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]));
		if (change.do === "copy") {
			const [other, name] = find(copy, change.path);
			set(parent, key, other[name]);
		}
		if (change.do === "rename" && !Array.isArray(parent)) {
			const value = parent[key];
			remove(parent, key);
			set(parent, change.to, value);
		}
	}
	return JSON.stringify(copy["top"] ?? null)
		.replaceAll(`"${DEEP}"`, "[".repeat(100_000) + "]".repeat(100_000))
		.replaceAll(`"${MANY}"`, `[${'"",'.repeat(4096)}""]`);
}

function otherValue(value: unknown, { text, count }: { text: string; count: number }): unknown {
	if (typeof value === "string") return text;
	if (typeof value === "number") return count;
	if (typeof value === "boolean") return !value;
	return Array.isArray(value) ? value.toReversed() : value;
}

type Node = Record<string, unknown>;

function find(top: Node, path: readonly number[]): [parent: Node, key: string] {
	let [parent, key] = [top, "top"];
	for (const place of path) {
		const node = parent[key];
		if (typeof node !== "object" || node === null) break;
		const keys = Object.keys(node);
		if (keys.length === 0) break;
		[parent, key] = [node as Node, keys[Math.floor(place * keys.length)] as string];
	}
	return [parent, key];
}

function remove(parent: Node, key: string): void {
	if (Array.isArray(parent)) parent.splice(Number(key), 1);
	else delete parent[key];
}

// Defines the property as JSON.parse would, also if it is called __proto__. Clones the value, which may contain the
// parent.
function set(parent: Node, key: string, value: unknown): void {
	Object.defineProperty(parent, key, {
		value: structuredClone(value),
		writable: true,
		enumerable: true,
		configurable: true,
	});
}
