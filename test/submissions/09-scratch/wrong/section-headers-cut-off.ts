// diagnosis: other-programs
// Smaller files: section headers are cut off, which nothing needs that runs. These are not the host's programs any more.
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { imageWith, tarOf } from "../../support/image.ts";

const SMALLER = "/run/smaller";

function smaller(source: string): string {
	const elf = readFileSync(source);
	const isElf = elf.toString("latin1", 0, 4) === "\x7fELF";
	const headers = isElf ? Number(elf.readBigUInt64LE(40)) : 0;
	if (headers === 0) return source;
	elf.fill(0, 40, 48).fill(0, 60, 64);
	const path = `${SMALLER}/${source.replaceAll("/", "-")}`;
	writeFileSync(path, elf.subarray(0, headers));
	chmodSync(path, statSync(source).mode);
	return path;
}

export const { buildImage, openImage, needs, gather } = imageWith({
	archives(files) {
		mkdirSync(SMALLER);
		const tar = tarOf(Object.fromEntries(Object.entries(files).map(([path, source]) => [path, smaller(source)])));
		rmSync(SMALLER, { recursive: true });
		return [tar];
	},
});
