import { appendFile, chmod, mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { isSealed, seal } from "../../../harness/base/cache-seal.ts";
import { temporary } from "../../support/temporary.ts";

const files = await temporary();
const dir = join(files.dir, "entry");
const [content, script] = [join(dir, "content"), join(dir, "folder/script")];
afterAll(() => files.remove());
beforeEach(async () => {
	await rm(dir, { recursive: true, force: true });
	await files.write("entry/content", "whole");
	await files.write("entry/folder/script", "#!/bin/sh");
	await seal(dir);
});

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const setTime = (path: string, ms: number) => utimes(path, new Date(ms), new Date(ms));
const timeOf = async (path: string) => (await stat(path)).mtimeMs;
const sealText = () => readFile(join(dir, "seal.json"), "utf8");

describe("an entry", () => {
	test("is sealed if it has not changed", async () => {
		expect(await isSealed(dir)).toBe(true);
	});

	test("without a seal, or with one that cannot be read, is not sealed", async () => {
		for (const text of ["", "null", '{"version":2}', '{"version":3,"files":[]}']) {
			await writeFile(join(dir, "seal.json"), text);
			expect(await isSealed(dir)).toBe(false);
		}
		await rm(join(dir, "seal.json"));
		expect(await isSealed(dir)).toBe(false);
		expect(await isSealed(join(files.dir, "nowhere"))).toBe(false);
	});

	test.each([
		["was truncated", () => writeFile(content, "who")],
		[
			"was overwritten with other content of the same size",
			() => writeFile(content, "wrong").then(() => setTime(content, 1e12)),
		],
		["was removed", () => rm(content)],
		["was replaced by one with another name", () => rm(content).then(() => writeFile(join(dir, "other"), "whole"))],
		["was added", () => writeFile(join(dir, "other"), "")],
	])("is not sealed any more after a file %s", async (_, change) => {
		await change();
		expect(await isSealed(dir)).toBe(false);
	});
});

describe("a copy", () => {
	test("that keeps whole seconds, as tar does, is sealed", async () => {
		const ms = Math.floor((await timeOf(content)) / 1000) * 1000;
		await setTime(content, ms);
		const before = await sealText();
		expect(await isSealed(dir)).toBe(true);
		expect(await sealText()).toBe(before);
	});

	test("that keeps no times is sealed by its digests, and gets a seal of its own", async () => {
		await setTime(content, 1e12);
		const before = await sealText();
		expect(await isSealed(dir)).toBe(true);
		expect(await sealText()).not.toBe(before);
		expect(await isSealed(dir)).toBe(true);
	});
});

describe("an older seal, which has no digests", () => {
	const older = async (add: number) => {
		const facts = [content, script].map(async (path) => {
			const { size, mtimeMs } = await stat(path);
			return [path.slice(dir.length + 1), size, mtimeMs + add];
		});
		await writeFile(join(dir, "seal.json"), JSON.stringify(await Promise.all(facts)));
	};

	test("compares times to the second, however a copy has rounded", async () => {
		const ms = await timeOf(content);
		for (const rounded of [Math.floor(ms / 1000) * 1000, Math.ceil(ms / 1000) * 1000]) {
			await older(0);
			await setTime(content, rounded);
			expect(await isSealed(dir)).toBe(true);
			await setTime(content, ms);
		}
	});

	test("gets digests from isSealed, so a copy without times is sealed from then on", async () => {
		await older(0);
		expect(await isSealed(dir)).toBe(true);
		expect(JSON.parse(await sealText())).toMatchObject({ version: 2 });
		await setTime(content, 1e12);
		expect(await isSealed(dir)).toBe(true);
	});

	test("does not match a file with another time", async () => {
		await older(5_000);
		expect(await isSealed(dir)).toBe(false);
	});
});

describe("a sealed entry", () => {
	test("can be read by all users, whatever the umask was", async () => {
		await chmod(content, 0o600);
		await chmod(script, 0o700);
		await chmod(join(dir, "folder"), 0o700);
		await chmod(dir, 0o700);
		await seal(dir);
		expect(await modeOf(content)).toBe(0o644);
		expect(await modeOf(join(dir, "seal.json"))).toBe(0o644);
		for (const path of [script, join(dir, "folder"), dir]) expect(await modeOf(path)).toBe(0o755);
	});

	test("is made readable for all users by isSealed, if it is not", async () => {
		await chmod(content, 0o600);
		expect(await isSealed(dir)).toBe(true);
		expect(await modeOf(content)).toBe(0o644);
	});

	test("is not damaged by a seal that another process is writing", async () => {
		await writeFile(join(dir, "seal.json-1"), "{");
		expect(await isSealed(dir)).toBe(true);
		await mkdir(join(dir, "empty"));
		await appendFile(content, "more");
		expect(await isSealed(dir)).toBe(false);
	});
});
