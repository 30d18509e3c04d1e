import { execFileSync, spawn } from "node:child_process";
import { mkdir, readdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { ClassReport } from "../../harness/classroom/results/result.ts";
import { BIN } from "../support/command.ts";
import { newMachinePool } from "../support/guest.ts";
import { temporary } from "../support/temporary.ts";
import { type ProcessRecord, watchProcessesUntil } from "../support/watch-processes.ts";

// Half of this class attacks the computer that grades it, each in another way. The attacks must not change the verdict
// of anybody else, use up the memory, or leave anything on the computer.

const ORDINARY = [
	...["right/caught", "right/noise", "right/setns", "right/two-calls", "right/unshares-then-forks"],
	...["wrong/no-ipc", "wrong/fake-output", "wrong/exits", "wrong/hostname-ignored", "wrong/child-returns"],
].map((name) => `test/submissions/02-unshare/${name}.ts`);
/** Attacks inside a machine whose effects reach the computer. All other attacks come before any machine runs. */
const IN_MACHINES = ["resources/eats-all-memory", "output/prints-a-megabyte", "output/commands-to-the-log"].map(
	(name) => `test/hostile/${name}.ts`,
);

const DOES_NOTHING = "export function isolate(_hostname: string): void {}\n";
const IMPORTS_ITS_HELPER = `import * as helper from "./helper.ts";\nconsole.log(helper);\n${DOES_NOTHING}`;
const PEAK_BYTES_MAX = 1.5 * 2 ** 30;

interface Attack {
	/** The text that is handed in as the lesson's module. */
	text?: string;
	/** Makes further files in the submission's folder. */
	beside?: (dir: string) => unknown;
	/** The diagnosis of the finding; without a finding, the status of the result. */
	becomes: string;
}

const fifo = (dir: string, name: string) => execFileSync("mkfifo", [join(dir, name)]);
const sparse = (dir: string, name: string) =>
	writeFile(join(dir, name), "").then(() => truncate(join(dir, name), 700 << 20));
const conditional = (depth: number) => `${"a ? (b): c => ".repeat(depth)}e${" : f".repeat(depth)}`;

const ATTACKS: Record<string, Attack> = {
	"arrows-in-conditionals": {
		text: `const [a, b, e, f] = [1, 1, 1, 1] as any[];\nexport const x: any = ${conditional(60)};\n${DOES_NOTHING}`,
		becomes: "too-much-for-the-compiler",
	},
	"helper-is-a-fifo": {
		text: IMPORTS_ITS_HELPER,
		beside: (dir) => fifo(dir, "helper.ts"),
		becomes: "unreadable-import",
	},
	"helper-is-sparse": {
		text: IMPORTS_ITS_HELPER,
		beside: (dir) => sparse(dir, "helper.ts"),
		becomes: "unreadable-import",
	},
	"helper-is-a-link": {
		text: IMPORTS_ITS_HELPER,
		beside: (dir) => symlink("/etc/passwd", join(dir, "helper.ts")),
		becomes: "unreadable-import",
	},
	"settings-are-fifos": {
		text: DOES_NOTHING,
		beside: (dir) => ["package.json", "tsconfig.json"].map((name) => fifo(dir, name)),
		becomes: "uts-shared",
	},
	"source-map-is-a-fifo": {
		text: `${DOES_NOTHING}//# sourceMappingURL=./map.json\n`,
		beside: (dir) => fifo(dir, "map.json"),
		becomes: "uts-shared",
	},
	"types-of-the-host": {
		text: `import type secrets from "/etc/secrets.json";\nconst leak: typeof secrets = 1;\nvoid leak;\n${DOES_NOTHING}`,
		becomes: "unresolved-import",
	},
	"thousands-of-files": {
		text: `${Array.from({ length: 900 }, (_, at) => `import "./0/${at}.ts";\n`).join("")}${DOES_NOTHING}`,
		beside: async (dir) => {
			for (const folder of ["0", "1", "2", "3", "4"]) {
				await mkdir(join(dir, folder));
				for (let at = 0; at < 1_500; at++) await writeFile(join(dir, folder, `${at}.ts`), "");
			}
		},
		becomes: "unreadable-import",
	},
	"module-is-too-large": {
		text: `${DOES_NOTHING}${"/".repeat(200 << 10)}`,
		becomes: "file-too-large",
	},
	"module-is-sparse": { beside: (dir) => sparse(dir, "isolate.ts"), becomes: "file-too-large" },
	"module-is-a-fifo": { beside: (dir) => fifo(dir, "isolate.ts"), becomes: "missing" },
	"module-is-a-device": { beside: (dir) => symlink("/dev/zero", join(dir, "isolate.ts")), becomes: "missing" },
};

const files = await temporary();
const machines = newMachinePool();
/** The diagnosis or status that each submission gets when it is graded alone. */
const alone: Record<string, string> = {};

beforeAll(async () => {
	const before = (await readdir(inKit("test/hostile/host"))).map((name) => `test/hostile/host/${name}`);
	for (const file of [...ORDINARY, ...IN_MACHINES, ...before]) {
		const [name, text] = [basename(file, ".ts"), await readFile(inKit(file), "utf8")];
		const diagnosis = /^\/\/ diagnosis: (\S+)$/m.exec(text)?.[1] ?? "none";
		alone[name] = diagnosis === "none" ? "pass" : diagnosis;
		await handIn(name, text);
	}
	for (const [name, { text, beside, becomes }] of Object.entries(ATTACKS)) {
		alone[name] = becomes;
		const dir = await handIn(name, text);
		await beside?.(dir);
	}
	await machines.makeReady();
});
afterAll(() => Promise.all([machines.close(), files.remove()]));

async function handIn(name: string, text?: string): Promise<string> {
	const dir = join(files.dir, "class", name, "02-unshare");
	await mkdir(dir, { recursive: true });
	if (text !== undefined) await writeFile(join(dir, "isolate.ts"), text);
	return dir;
}

test("a large class gets the same results as one by one, in little memory, and nothing is left", {
	timeout: 600_000,
}, async () => {
	const { code, report, seen } = await graded();
	const found = report.submissions.map(({ name, results: [result] }) => [
		name,
		result?.finding?.diagnosis ?? result?.status,
	]);
	expect(Object.fromEntries(found)).toEqual(alone);
	expect(code).toBe(1);
	console.log(`at most ${Math.round(seen.peakBytes / 2 ** 20)} MB at a time`);
	expect(seen.peakBytes).toBeLessThan(PEAK_BYTES_MAX);
	await expect.poll(seen.left, { timeout: 20_000 }).toEqual([]);
	expect((await readdir(join(files.dir, "tmp"))).filter((name) => !name.startsWith("tsx-"))).toEqual([]);
});

/** Grades the class with as many machines at once as on a small computer. */
async function graded(): Promise<{ code: number | null; report: ClassReport; seen: ProcessRecord }> {
	const out = join(files.dir, "report.json");
	await mkdir(join(files.dir, "tmp"));
	const args = ["grade", join(files.dir, "class"), "--lesson", "02", "--lanes", "4", "--json", "--out", out];
	const child = spawn(process.execPath, [BIN, ...args], {
		stdio: "ignore",
		env: { ...process.env, TMPDIR: join(files.dir, "tmp") },
	});
	const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
	const seen = await watchProcessesUntil(ended, child.pid ?? -1);
	return { code: await ended, report: v.parse(ClassReport, JSON.parse(await readFile(out, "utf8"))), seen };
}
