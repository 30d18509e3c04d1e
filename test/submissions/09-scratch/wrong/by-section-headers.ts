// diagnosis: section-headers-used
// By .interp, .dynamic and .dynstr, which the kernel and the loader never look at.
import { readFileSync } from "node:fs";
import { imageWith } from "../../support/image.ts";

export const { buildImage, openImage, needs, gather } = imageWith({
	needs(file) {
		const elf = readFileSync(file);
		if (elf.toString("latin1", 0, 4) !== "\x7fELF") throw new Error(`${file} is not an ELF file`);
		const number = (at: number) => Number(elf.readBigUInt64LE(at));
		const text = (at: number) => elf.toString("latin1", at, elf.indexOf(0, at));
		const sections = Array.from({ length: elf.readUInt16LE(60) }, (_, index) => {
			const at = number(40) + index * elf.readUInt16LE(58);
			const [offset, size, link] = [number(at + 24), number(at + 32), elf.readUInt32LE(at + 40)];
			return { name: elf.readUInt32LE(at), type: elf.readUInt32LE(at + 4), offset, size, link };
		});
		const names = sections[elf.readUInt16LE(62)]?.offset ?? 0;
		const interp = sections.find(({ name }) => text(names + name) === ".interp");
		const dynamic = sections.find(({ type }) => type === 6);
		const strings = sections[dynamic?.link ?? 0]?.offset ?? 0;
		const entries = Array.from({ length: (dynamic?.size ?? 0) / 16 }, (_, index) => {
			const at = (dynamic?.offset ?? 0) + index * 16;
			return { tag: number(at), value: number(at + 8) };
		});
		return {
			interpreter: interp === undefined ? null : text(interp.offset),
			libraries: entries.filter(({ tag }) => tag === 1).map(({ value }) => text(strings + value)),
		};
	},
});
