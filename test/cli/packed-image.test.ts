import { execFileSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { unpackImage } from "../../harness/vm/image/packed-image.ts";
import { entry, tarball } from "../support/tarball.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());
const LABEL = JSON.stringify({ format: "drydock image 1", base: "0123456789abcdef", library: "fedcba9876543210" });

let made = 0;
async function target(): Promise<string> {
	made += 1;
	await files.write(`into-${made}/.keep`, "");
	return join(files.dir, `into-${made}`);
}

/** Fills a folder, and packs it with the system's tar. @returns the path of the archive */
async function packed(fill: (dir: string) => Promise<unknown> | unknown, ...parts: string[]): Promise<string> {
	const dir = await target();
	await files.write(`into-${made}/label.json`, LABEL);
	await files.write(`into-${made}/base/kernel`, "k");
	await files.write(`into-${made}/library/libkernel.so`, "l");
	await fill(dir);
	const file = join(files.dir, `image-${made}`);
	execFileSync("tar", ["-cf", file, "-C", dir, ...(parts.length === 0 ? ["label.json", "base", "library"] : parts)]);
	return file;
}

describe("an image in one file", () => {
	test("is unpacked as it was packed", async () => {
		const into = await target();
		expect(await unpackImage(await packed(() => {}), into)).toMatchObject({ base: "0123456789abcdef" });
		expect(await readFile(join(into, "base/kernel"), "utf8")).toBe("k");
		expect((await readdir(into)).sort()).toEqual([".keep", "base", "label.json", "library"]);
	});

	test.each<[string, () => Promise<string>]>([
		[
			"whose label is a FIFO",
			() => packed((dir) => execFileSync("sh", ["-c", `rm ${dir}/label.json; mkfifo ${dir}/label.json`])),
		],
		["whose label is a link", () => packed((dir) => execFileSync("ln", ["-sf", "/dev/zero", `${dir}/label.json`]))],
		["with a link in it", () => packed((dir) => execFileSync("ln", ["-s", "/etc", `${dir}/base/etc`]))],
		["with a hard link in it", () => packed((dir) => execFileSync("ln", [`${dir}/base/kernel`, `${dir}/base/again`]))],
		["with a label of megabytes", () => packed((dir) => execFileSync("truncate", ["-s", "8M", `${dir}/label.json`]))],
		["with a label of lists in lists", () => packed(() => files.write(`into-${made}/label.json`, "[".repeat(4_000)))],
		[
			"with a label that leads elsewhere",
			() => packed(() => files.write(`into-${made}/label.json`, LABEL.replace("0123", "../0"))),
		],
		["without a label", () => packed(() => {}, "base", "library")],
		[
			"with a file that no image has",
			() => packed((dir) => execFileSync("touch", [`${dir}/x`]), "label.json", "base", "library", "x"),
		],
		[
			"with a sparse file of a terabyte",
			() =>
				packed((dir) => execFileSync("truncate", ["-s", "1T", `${dir}/base/x`]), "-S", "label.json", "base", "library"),
		],
		["that is compressed", async () => written(gzipSync(await readFile(await packed(() => {}))))],
		["that is a compressed bomb", async () => written(gzipSync(Buffer.alloc(64 << 20)))],
		[
			"with a path that leads out",
			async () => written(gunzipSync(tarball(entry("../outside", "x"), entry("label.json", LABEL)))),
		],
		["that ends too early", async () => written((await readFile(await packed(() => {}))).subarray(0, 700))],
		[
			"that is a FIFO",
			async () => {
				const path = join(files.dir, "fifo");
				execFileSync("mkfifo", [path]);
				return path;
			},
		],
		["that has no end", async () => "/dev/zero"],
		["that is empty", () => files.write("empty", "")],
		["that is not there", async () => join(files.dir, "nowhere")],
	])("%s is refused", async (_what, make) => {
		await expect(unpackImage(await make(), await target())).rejects.toThrow();
		expect(await readdir(files.dir)).not.toContain("outside");
	});
});

async function written(bytes: Buffer): Promise<string> {
	made += 1;
	const file = join(files.dir, `bytes-${made}`);
	await writeFile(file, bytes);
	return file;
}
