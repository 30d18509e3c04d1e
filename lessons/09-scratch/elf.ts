/**
 * Makes ELF files of a few hundred bytes, 64-bit and little-endian, for `needs` to read. Nothing runs them. See elf(5).
 */

export interface Elf {
	/** The interpreter's path in PT_INTERP. Without it, there is no PT_INTERP. */
	interpreter?: string;
	/** Names of libraries, with one DT_NEEDED for each. */
	libraries?: string[];
	/** The difference between address and file offset in the first segment. */
	base: number;
	/** How much this difference grows with each further segment. The strings are in the third. */
	gap?: number;
	/** Whether the file has section headers. The kernel and the loader do not need them. */
	sections?: boolean;
}

const [PT_LOAD, PT_DYNAMIC, PT_INTERP] = [1, 2, 3];
const [DT_NULL, DT_NEEDED, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SYMENT] = [0, 1, 5, 6, 10, 11];
const [SHT_PROGBITS, SHT_STRTAB, SHT_DYNAMIC] = [1, 3, 6];
const [HEADER, PROGRAM_HEADER, SECTION_HEADER] = [64, 56, 64];
/** The table of program headers need not follow the file's header directly, and here it does not. */
const PADDING_AFTER_HEADER = 16;

/** The bytes of an ELF file. */
export function elf({ interpreter, libraries = [], base, gap = 0, sections = false }: Elf): Buffer {
	const headers = interpreter === undefined ? 5 : 6;
	const table = HEADER + PADDING_AFTER_HEADER;
	const path = Buffer.from(interpreter === undefined ? "" : `${interpreter}\0`);
	const names = Buffer.from(`\0${libraries.map((name) => `${name}\0`).join("")}`);
	const at = places(table + headers * PROGRAM_HEADER, {
		code: 16,
		path: path.length,
		dynamic: 16 * (libraries.length + 5),
		names: names.length,
		tail: 16,
	});
	const address = (offset: number, segment: number) => base + segment * gap + offset;
	const load = (from: number, to: number, segment: number) =>
		programHeader(PT_LOAD, from, address(from, segment), to - from, 4096);
	// The offset of a library's name in the string table, which begins with an empty string.
	const nameAt = (index: number) => 1 + libraries.slice(0, index).join("\0").length + (index === 0 ? 0 : 1);
	const dynamic: [tag: number, value: number][] = [
		...libraries.map((_, index): [number, number] => [DT_NEEDED, nameAt(index)]),
		[DT_STRTAB, address(at.names, 2)],
		[DT_STRSZ, names.length],
		[DT_SYMTAB, address(at.names, 2)],
		[DT_SYMENT, 24],
		[DT_NULL, 0],
	];
	const dynamicBytes = uint64s(dynamic.flat());
	const file = Buffer.concat([
		fileHeader(address(at.code, 0), table, headers, sections ? at.end : 0),
		...(interpreter === undefined ? [] : [programHeader(PT_INTERP, at.path, address(at.path, 0), path.length, 1)]),
		load(0, at.dynamic, 0),
		load(at.dynamic, at.names, 1),
		load(at.names, at.tail, 2),
		load(at.tail, at.end, 3),
		programHeader(PT_DYNAMIC, at.dynamic, address(at.dynamic, 1), dynamicBytes.length, 8),
	]);
	const whole = Buffer.alloc(at.end);
	const parts: [number, Buffer][] = [
		[0, file],
		[at.path, path],
		[at.dynamic, dynamicBytes],
		[at.names, names],
	];
	for (const [offset, bytes] of parts) bytes.copy(whole, offset);
	if (!sections) return whole;
	const sectionNames = "\0.dynamic\0.dynstr\0.interp\0.shstrtab\0";
	const named = (name: string) => sectionNames.indexOf(name);
	return Buffer.concat([
		whole,
		sectionHeader(0, 0, 0, 0, 0),
		sectionHeader(named(".dynamic"), SHT_DYNAMIC, at.dynamic, dynamicBytes.length, 2),
		sectionHeader(named(".dynstr"), SHT_STRTAB, at.names, names.length, 0),
		sectionHeader(named(".interp"), SHT_PROGBITS, at.path, path.length, 0),
		sectionHeader(named(".shstrtab"), SHT_STRTAB, at.end + 5 * SECTION_HEADER, sectionNames.length, 0),
		Buffer.from(sectionNames),
	]);
}

/**
 * The offset at which each part begins, when the parts follow one another. `end` is the offset after the last part. All
 * offsets after the first are rounded up to a multiple of 16.
 */
function places<Name extends string>(start: number, sizes: Record<Name, number>): Record<Name | "end", number> {
	let at = start;
	const begins = Object.entries<number>(sizes).map(([name, size]): [string, number] => {
		const begin = at;
		at = (at + size + 15) & ~15;
		return [name, begin];
	});
	return Object.fromEntries([...begins, ["end", at]]) as Record<Name | "end", number>;
}

/**
 * The file's header, and the padding after it.
 * @param entry the address at which the program would start
 * @param table the offset of the program headers
 * @param headers the number of program headers
 * @param sectionTable the offset of the section headers; 0 if there are none
 */
function fileHeader(entry: number, table: number, headers: number, sectionTable: number): Buffer {
	const bytes = Buffer.alloc(HEADER + PADDING_AFTER_HEADER);
	bytes.write("\x7fELF\x02\x01\x01", "latin1");
	bytes.fill("not a table", HEADER);
	for (const [at, value] of [
		[16, 2],
		[18, 62],
		[52, HEADER],
		[54, PROGRAM_HEADER],
		[56, headers],
		[58, SECTION_HEADER],
		[60, sectionTable === 0 ? 0 : 5],
		[62, sectionTable === 0 ? 0 : 4],
	] as const)
		bytes.writeUInt16LE(value, at);
	bytes.writeUInt32LE(1, 20);
	uint64s([entry, table, sectionTable]).copy(bytes, 24);
	return bytes;
}

function programHeader(type: number, offset: number, address: number, size: number, align: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeUInt32LE(type);
	bytes.writeUInt32LE(type === PT_LOAD ? 5 : 4, 4);
	return Buffer.concat([bytes, uint64s([offset, address, address, size, size, align])]);
}

function sectionHeader(name: number, type: number, offset: number, size: number, link: number): Buffer {
	const bytes = Buffer.alloc(SECTION_HEADER);
	bytes.writeUInt32LE(name);
	bytes.writeUInt32LE(type, 4);
	uint64s([0, 0, offset, size]).copy(bytes, 8);
	bytes.writeUInt32LE(link, 40);
	return bytes;
}

function uint64s(values: readonly number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 8);
	for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), index * 8);
	return bytes;
}
