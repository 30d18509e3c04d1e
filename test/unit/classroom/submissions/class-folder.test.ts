import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inKit } from "../../../../harness/base/kit.ts";
import { type Candidate, findModule, folderOf } from "../../../../harness/classroom/submissions/submission.ts";
import { candidatesOf } from "../../../support/candidates.ts";
import { entry, tarball } from "../../../support/tarball.ts";
import { temporary } from "../../../support/temporary.ts";
import { zipped } from "../../../support/zip.ts";

// A class's folder as a teacher has it after a term: thirty-odd entries of every kind. Each must become a row with the
// module, a row with the reason why there is none, or a warning with the cause. Nobody is lost.

const files = await temporary();
const dir = join(files.dir, "class");
afterAll(() => files.remove());
const MODULE = await readFile(inKit("solutions/02-unshare/isolate.ts"), "utf8");
const NOT_UTF8 = Buffer.from([0xdc, 0x62]);

/** What becomes of each entry: the path of the module, or a part of the reason. */
const ROWS: Record<string, { found: string; note?: string } | { reason: string }> = {
	"01-alice": { found: "02-unshare/isolate.ts" },
	"02-workspace": { found: "workspace/02-unshare/isolate.ts" },
	"03-deep": { found: "src/a/b/isolate.ts" },
	"04-near": { found: "isolate_final.ts", note: "found instead of isolate.ts: isolate_final.ts" },
	"05-capitals": { found: "Isolate.TS", note: "found instead of isolate.ts: Isolate.TS" },
	"06-text": { found: "isolate.ts.txt", note: "found instead of isolate.ts: isolate.ts.txt" },
	"07-two-finals": { reason: "there are several, and they differ: isolate_final.ts, isolate_v2.ts; keep one" },
	"08-typing-error": { reason: "similar: isolte.ts" },
	"09-empty": { reason: "no 02-unshare/isolate.ts" },
	"10-only-pdf": { reason: "no 02-unshare/isolate.ts" },
	"11-zip-inside": { found: "handin.zip/02-unshare/isolate.ts" },
	"12-tar-inside": { found: "a/handin.tar.gz/isolate.ts" },
	"13-broken-zip-inside": { reason: "handin.zip cannot be read: it is neither a zip nor a tar archive" },
	"14-zip": { found: "isolate.ts" },
	"15-zip-of-a-folder": { found: "my work/isolate.ts" },
	"16-targz": { found: "02-unshare/isolate.ts" },
	"17-tgz": { found: "isolate.ts" },
	"18-tar": { found: "isolate.ts" },
	"19-rar": { reason: "drydock does not read .rar archives; for f in" },
	"20-tar-xz": { reason: "drydock does not read .tar.xz archives; for f in" },
	"21-damaged": { reason: "the archive cannot be read: it is damaged" },
	"22-climbs": { reason: "leads out of the archive" },
	"23-link": { reason: "it is a symbolic link" },
	"24-fifo": { reason: "it is neither a file nor a folder" },
	"25-link-inside": { reason: "isolate.ts is a symbolic link" },
	"26-isolate-loose": { found: "isolate.ts" },
	"Jane Doe_12345": { found: "isolate.ts" },
	"Müller Zoë_12346": { found: "isolate.ts" },
	"Zip Person_12347": { found: "isolate.ts" },
	doejane_777: { found: "isolate-1.ts", note: "found instead of isolate.ts: isolate-1.ts" },
	jdoe: { found: "isolate.ts" },
	"Bright Space_88": { found: "isolate.ts" },
	"\\xdcb": { found: "isolate.ts" },
	"34-two-ways": { found: "isolate.ts" },
	"35-large": { found: "isolate.ts" },
};
/** Entries that are no submissions, with a part of the reason. */
const WARNINGS: Record<string, string> = {
	"grades.csv": "not a submission",
	"notes.pdf": "not a submission",
	"isolate.ts": "it does not say whose it is",
	"34-two-ways.zip": "there is a folder of the same name",
	"Homework 2_jdoe_attempt_2026-11-29-10-00-00_isolate.ts": "there is a later attempt",
	"Homework 2_jdoe_attempt_2026-11-30-10-00-00.txt": "a note of the learning platform",
};

beforeAll(async () => {
	const put = (path: string, text = MODULE) => files.write(join("class", path), text);
	for (const path of [
		...["01-alice/02-unshare/isolate.ts", "02-workspace/workspace/02-unshare/isolate.ts", "03-deep/src/a/b/isolate.ts"],
		...["04-near/isolate_final.ts", "05-capitals/Isolate.TS", "06-text/isolate.ts.txt", "08-typing-error/isolte.ts"],
		...["34-two-ways/isolate.ts", "26-isolate-loose_isolate.ts", "isolate.ts", "grades.csv", "notes.pdf"],
		...["Jane Doe_12345_assignsubmission_file_isolate.ts", "Müller Zoë_12346_assignsubmission_file_/isolate.ts"],
		...["doejane_LATE_777_888_isolate-1.ts", "Homework 2_jdoe_attempt_2026-11-29-10-00-00_isolate.ts"],
		...["Homework 2_jdoe_attempt_2026-11-30-10-00-00_isolate.ts", "Homework 2_jdoe_attempt_2026-11-30-10-00-00.txt"],
		...["88-1 - Bright Space - Nov 30, 2026 505 PM - isolate.ts", ".DS_Store", "__MACOSX/x/isolate.ts"],
	])
		await put(path);
	await put("07-two-finals/isolate_final.ts", "// one");
	await put("07-two-finals/isolate_v2.ts", "// other");
	await put("10-only-pdf/report.pdf", "%PDF");
	await put("13-broken-zip-inside/handin.zip", "no zip");
	for (const name of ["09-empty", "11-zip-inside", "12-tar-inside/a", "25-link-inside", "35-large"])
		await mkdir(join(dir, name), { recursive: true });
	const bytes = (path: string, content: Buffer) => writeFile(join(dir, path), content);
	const zip = await zipped(["isolate.ts", MODULE]);
	await bytes("11-zip-inside/handin.zip", await zipped(["02-unshare/isolate.ts", MODULE]));
	await bytes("12-tar-inside/a/handin.tar.gz", tarball(entry("isolate.ts", MODULE)));
	for (const name of ["14-zip.zip", "34-two-ways.zip", "Zip Person_12347_assignsubmission_file_handin.zip"])
		await bytes(name, zip);
	await bytes("15-zip-of-a-folder.ZIP", await zipped(["my work/isolate.ts", MODULE], ["__MACOSX/._isolate.ts", "x"]));
	await bytes("16-targz.tar.gz", tarball(entry("02-unshare/isolate.ts", MODULE)));
	await bytes("17-tgz.tgz", tarball(entry("isolate.ts", MODULE)));
	await bytes("18-tar.tar", Buffer.concat([entry("isolate.ts", MODULE), Buffer.alloc(1024)]));
	await bytes("19-rar.rar", Buffer.from("Rar!"));
	await bytes("20-tar-xz.tar.xz", Buffer.from("xz"));
	await bytes("21-damaged.zip", zip.subarray(0, zip.length - 30));
	await bytes("22-climbs.tar.gz", tarball(entry("../../isolate.ts", MODULE)));
	await symlink("/etc", join(dir, "23-link"));
	execFileSync("mkfifo", [join(dir, "24-fifo")]);
	await symlink("/etc/passwd", join(dir, "25-link-inside/isolate.ts"));
	await put("35-large/isolate.ts");
	await truncate(join(dir, "35-large/isolate.ts"), 2 ** 40);
	const strange = Buffer.concat([Buffer.from(`${dir}/`), NOT_UTF8]);
	await mkdir(strange);
	await writeFile(Buffer.concat([strange, Buffer.from("/isolate.ts")]), MODULE);
});

async function rowOf({ open }: Candidate): Promise<{ found: string; note?: string } | { reason: string }> {
	const opened = await open().catch((error: Error) => error);
	if (opened instanceof Error) return { reason: opened.message };
	const search = await findModule(opened, "02-unshare", "isolate.ts");
	if (search.kind !== "found") return { reason: search.reason };
	const { path, note } = search;
	// A file that is found can be read, or says why not.
	await (await folderOf(opened)).files
		.get(path)?.()
		.catch((error: Error) => expect(error.message).toContain("128 KiB"));
	return { found: path.slice(1), ...(note !== null && { note }) };
}

test("each entry of a folder with every odd kind of entry is a row or a warning, with the cause", async () => {
	const warnings: string[] = [];
	const candidates = await candidatesOf(dir, false, (warning) => warnings.push(warning));
	const rows = Object.fromEntries(
		await Promise.all(candidates.map(async (candidate) => [candidate.name, await rowOf(candidate)] as const)),
	);
	expect(Object.keys(rows).sort()).toEqual(Object.keys(ROWS).sort());
	for (const [name, expected] of Object.entries(ROWS)) {
		const row = rows[name];
		if ("found" in expected) expect([name, row]).toEqual([name, expected]);
		else expect([name, row]).toEqual([name, { reason: expect.stringContaining(expected.reason) }]);
	}
	for (const [name, why] of Object.entries(WARNINGS))
		expect(warnings.filter((warning) => warning.includes(name) && warning.includes(why))).toHaveLength(1);
	expect(warnings).toHaveLength(new Set(Object.values(WARNINGS)).size);
	const entries = (await readdir(dir)).filter((name) => !name.startsWith(".") && name !== "__MACOSX");
	expect(entries.length).toBeGreaterThanOrEqual(30);
	expect(candidates.find(({ name }) => name === "doejane_777")?.isLate).toBe(true);
});

test("a folder with more entries than a limit is refused, and the message says what to do", async () => {
	const many = join(files.dir, "many");
	await mkdir(many);
	execFileSync("sh", ["-c", 'cd "$0" && seq 20001 | xargs touch', many]);
	await expect(candidatesOf(many)).rejects.toMatchObject({
		kind: "usage",
		message: expect.stringContaining("more than 20000 entries"),
		next: expect.stringContaining("several folders"),
	});
});
