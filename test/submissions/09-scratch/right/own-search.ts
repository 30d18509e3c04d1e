// Program headers are looked through in another way, and strings are searched for by their segment in memory.
import { readFileSync } from "node:fs";
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	needs(file) {
		const bytes = readFileSync(file);
		if (bytes.readUInt32BE(0) !== 0x7f454c46) throw new Error(`${file}: not an ELF file`);
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
		const long = (at: number | bigint) => view.getBigUint64(Number(at), true);
		const memory = new Map<bigint, { at: bigint; end: bigint }>();
		let [dynamic, interpreter]: [bigint | null, string | null] = [null, null];
		const text = (at: bigint) => bytes.subarray(Number(at), bytes.indexOf(0, Number(at))).toString();
		for (let index = 0; index < view.getUint16(56, true); index++) {
			const at = Number(long(32)) + index * view.getUint16(54, true);
			const [type, offset, address] = [view.getUint32(at, true), long(at + 8), long(at + 16)];
			if (type === 1) memory.set(address, { at: offset, end: address + long(at + 40) });
			if (type === 2) dynamic = offset;
			if (type === 3) interpreter = text(offset);
		}
		const place = (address: bigint) => {
			for (const [start, { at, end }] of memory) if (start <= address && address < end) return at + address - start;
			throw new Error(`${file}: nothing is loaded to ${address}`);
		};
		const names: bigint[] = [];
		let table = 0n;
		for (let at = dynamic; at !== null && long(at) !== 0n; at += 16n) {
			if (long(at) === 1n) names.push(long(at + 8n));
			if (long(at) === 5n) table = long(at + 8n);
		}
		return { interpreter, libraries: names.map((name) => text(place(table) + name)) };
	},
});
