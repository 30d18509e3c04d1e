import fs from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type LedgerLine, openLedger, recordStart } from "../../../native/ledger.ts";
import { recordedFiles } from "../../../native/recorded-files.ts";
import { temporary } from "../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

let ledger = "";
let dir = "";
beforeEach(async () => {
	ledger = await files.write("ledger", "");
	dir = fs.mkdtempSync(`${ledger}-`);
	openLedger(fs.openSync(ledger, "a"));
});

const lines = (): LedgerLine[] =>
	fs
		.readFileSync(ledger, "utf8")
		.split("\n")
		.filter(Boolean)
		.map((line) => JSON.parse(line));
/** The recorded calls, such as `fs.mkdirSync("/a")`, with paths below the test's directory. */
const recorded = () =>
	lines().flatMap((line) =>
		"call" in line ? [`${line.call}(${Object.values(line.args).join(", ")})`.replaceAll(dir, "")] : [],
	);

describe("recordedFiles", () => {
	test("records calls that change files, and carries them out", () => {
		recordedFiles.mkdirSync(`${dir}/a`, { recursive: true });
		recordedFiles.writeFileSync(`${dir}/a/file`, "one\n");
		recordedFiles.appendFileSync(`${dir}/a/file`, new Uint8Array(Buffer.from("two")), { encoding: "utf8", flag: "a" });
		recordedFiles.symlinkSync("file", `${dir}/a/link`);
		expect(fs.readFileSync(`${dir}/a/link`, "utf8")).toBe("one\ntwo");
		recordedFiles.chmodSync(`${dir}/a/file`, 0o600);
		recordedFiles.renameSync(`${dir}/a/file`, `${dir}/a/other`);
		recordedFiles.unlinkSync(new URL(`file://${dir}/a/link`));
		recordedFiles.rmSync(dir, { recursive: true, force: true });
		expect(fs.existsSync(dir)).toBe(false);
		expect(recorded()).toEqual([
			'fs.mkdirSync("/a", { recursive: true })',
			'fs.writeFileSync("/a/file", "one\\n")',
			'fs.appendFileSync("/a/file", "two", { flag: a })',
			'fs.symlinkSync("file", "/a/link")',
			'fs.chmodSync("/a/file", 0o600)',
			'fs.renameSync("/a/file", "/a/other")',
			'fs.unlinkSync("/a/link")',
			'fs.rmSync("", { recursive: true, force: true })',
		]);
	});

	test("records what is written through a descriptor, and only the part of a buffer that is written", () => {
		const fd = recordedFiles.openSync(`${dir}/file`, "w");
		recordedFiles.writeSync(fd, "text");
		recordedFiles.writeSync(fd, Buffer.from("0123456"), 2, 3);
		Reflect.apply(recordedFiles.writeSync, null, [fd, Buffer.from("0123456"), { offset: 5 }]);
		recordedFiles.writeFileSync(fd, "end");
		expect(fs.readFileSync(`${dir}/file`, "utf8")).toBe("text23456end");
		expect(recorded()).toEqual([
			'fs.openSync("/file", "w")',
			`fs.writeSync(${fd}, "text")`,
			`fs.writeSync(${fd}, "234")`,
			`fs.writeSync(${fd}, "56")`,
			`fs.writeFileSync(${fd}, "end")`,
		]);
		expect(lines()[1]).toMatchObject({ result: fd });
		expect(lines()[2]).toMatchObject({ args: { fd: String(fd) } });
	});

	test("records promises and callbacks, each with its end", async () => {
		const { promises } = recordedFiles;
		await promises.mkdir(`${dir}/a`);
		await promises.writeFile(`${dir}/a/file`, "one");
		await expect(promises.rmdir(`${dir}/nowhere`)).rejects.toThrow(/^ENOENT: .*rmdir/);
		await new Promise<void>((resolve) => recordedFiles.appendFile(`${dir}/a/file`, " two", () => resolve()));
		await new Promise((resolve) => recordedFiles.unlink(`${dir}/nowhere`, resolve));
		const fd = fs.openSync(`${dir}/a/other`, "w");
		const written = await promisify(recordedFiles.write)(fd, "text");
		expect(written).toMatchObject({ bytesWritten: 4 });
		await new Promise((resolve) => recordedFiles.write(fd, Buffer.from("by"), resolve));
		expect(fs.readFileSync(`${dir}/a/file`, "utf8")).toBe("one two");
		expect(recorded()).toEqual([
			'fs.promises.mkdir("/a")',
			'fs.promises.writeFile("/a/file", "one")',
			'fs.promises.rmdir("/nowhere")',
			'fs.appendFile("/a/file", " two")',
			'fs.unlink("/nowhere")',
			`fs.write(${fd}, "text")`,
			`fs.write(${fd}, "by")`,
		]);
		const ends = lines().flatMap((line) =>
			"call" in line ? [] : [String("error" in line ? line.error : line.result)],
		);
		expect(ends).toEqual(["0", "0", "ENOENT", "0", "ENOENT", "4", "2"]);
	});

	test("a promise that is not settled has no end", async () => {
		const written = recordedFiles.promises.writeFile(`${dir}/file`, "late");
		expect(lines()).toMatchObject([{ call: "fs.promises.writeFile" }]);
		// Otherwise its end would be in the ledger of a later test.
		await written;
	});

	test("records neither reads nor output", () => {
		fs.writeFileSync(`${dir}/file`, "");
		recordedFiles.readFileSync(`${dir}/file`);
		recordedFiles.closeSync(recordedFiles.openSync(`${dir}/file`, "r"));
		recordedFiles.closeSync(recordedFiles.openSync(`${dir}/file`, fs.constants.O_RDONLY));
		recordedFiles.writeSync(2, "");
		expect(recorded()).toEqual([]);
	});

	test("records the error that the caller gets", () => {
		expect(() => recordedFiles.rmdirSync(`${dir}/nowhere`)).toThrow(/^ENOENT: .*rmdir/);
		expect(() => recordedFiles.writeFileSync(`${dir}/file`, Object.create(null))).toThrow(TypeError);
		expect(lines()).toMatchObject([
			{ call: "fs.rmdirSync" },
			{ error: "ENOENT" },
			{ call: "fs.writeFileSync" },
			{ error: "ERR_INVALID_ARG_TYPE" },
		]);
	});

	test("if reading an argument throws, the call is not recorded, but is made all the same", () => {
		let reads = 0;
		const options = {
			get recursive(): boolean {
				if (++reads === 1) throw new Error("not yet");
				return true;
			},
		};
		recordedFiles.mkdirSync(join(dir, "a/b"), options);
		expect(fs.existsSync(join(dir, "a/b"))).toBe(true);
		expect(recorded()).toEqual([]);
	});

	test("shows the beginning of a long text", () => {
		recordedFiles.writeFileSync(`${dir}/file`, "x".repeat(1_000_000));
		recordedFiles.writeFileSync(`${dir}/file`, Buffer.alloc(1_000_000, "é"));
		expect(recorded()).toEqual([
			`fs.writeFileSync("/file", "${"x".repeat(100)}…")`,
			`fs.writeFileSync("/file", "${"é".repeat(100)}…")`,
		]);
	});

	test("writes leave half of the ledger to system calls", () => {
		const tooLong = "x".repeat(1_000);
		for (let count = 0; count < 600; count++)
			expect(() => recordedFiles.mkdirSync(`${dir}/${tooLong}`)).toThrow("ENAMETOOLONG");
		expect(fs.statSync(ledger).size).toBeLessThan((512 << 10) + 2_000);
		recordStart("getpid", {});
		expect(recorded().at(-1)).toBe("getpid()");
	});

	test("has every other member of node:fs; replacing one leaves node:fs unchanged", () => {
		expect(Object.keys(recordedFiles)).toEqual(expect.arrayContaining(Object.keys(fs)));
		expect(recordedFiles.constants).toBe(fs.constants);
		const { statSync } = fs;
		Object.assign(recordedFiles, { statSync: fs.lstatSync });
		expect(fs.statSync).toBe(statSync);
	});
});
