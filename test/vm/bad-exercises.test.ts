import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { judge, type Verdict } from "../../harness/judge/judge.ts";
import { findLesson } from "../../harness/judge/lessons.ts";
import { LIMITS } from "../../harness/protocol/index.ts";
import { newMachinePool } from "../support/guest.ts";
import { temporary } from "../support/temporary.ts";

// Whatever a learner's module does, the check ends by itself, reports what happened, and leaves no machine behind.

const machines = newMachinePool();
const files = await temporary();
beforeAll(() => machines.makeReady());
afterAll(() => Promise.all([machines.close(), files.remove()]));

const verdictOn = async (file: string): Promise<Verdict> => judge(await findLesson("02"), file, machines);
const diagnosisOf = ({ findings }: Verdict) => findings[0]?.diagnosis ?? "none";

describe("a module that runs", () => {
	for (const { name, file, diagnoses, line, message, advice } of badInput())
		test.concurrent(`[${name}] → ${diagnoses.join(" or ")}`, async () => {
			const verdict = await verdictOn(file);
			expect(diagnosisOf(verdict)).toBeOneOf(diagnoses);
			expect(verdict.verdict).toBe(diagnoses[0] === "none" ? "pass" : "fail");
			if (line !== undefined) expect(verdict.thrownAt).toMatchObject({ file, line });
			if (message !== undefined) expect(verdict.findings[0]?.got).toContain(message);
			if (advice !== undefined) expect(verdict.findings[0]?.try).toContain(advice);
			// An engine that ended too early leaves everything behind. The exercise is not to blame for that.
			if (!diagnoses.includes("uts-shared") && !diagnoses.includes("command-runs-twice"))
				expect(verdict.findings.map(({ diagnosis }) => diagnosis)).not.toContain("processes-left");
			for (const stream of [verdict.output.stdout, verdict.output.stderr])
				expect(Buffer.byteLength(stream)).toBeLessThanOrEqual(LIMITS.outputBytes);
		});
});

describe("a module that cannot run", () => {
	test.concurrent("[a syntax error] → syntax-error, at its file, line and column", async () => {
		const file = await files.write("syntax.ts", "export function isolate(hostname: string): void {\n\tunshare(;\n}\n");
		const verdict = await verdictOn(file);
		expect(diagnosisOf(verdict)).toBe("syntax-error");
		expect(verdict.thrownAt).toMatchObject({ file, line: 2, column: 10 });
	});

	test.concurrent("[an empty file] → missing-export", async () => {
		expect(diagnosisOf(await verdictOn(await files.write("empty.ts", "")))).toBe("missing-export");
	});

	test.concurrent("[another export] → missing-export, which names the expected one", async () => {
		const file = await files.write("missing.ts", "export default function isolate(): void {}\n");
		const verdict = await verdictOn(file);
		expect(verdict.findings).toMatchObject([{ diagnosis: "missing-export", expected: "exports a function isolate" }]);
	});

	test.concurrent("[a binary file] → syntax-error", async () => {
		expect(diagnosisOf(await verdictOn(await files.write("binary.ts", "\u007fELF\u0000\u0001")))).toBe("syntax-error");
	});

	test.concurrent("[an import of a file that does not exist] → unresolved-import, which names it", async () => {
		const file = await files.write("import.ts", 'import "./nowhere.ts";\nexport function isolate(): void {}\n');
		const verdict = await verdictOn(file);
		expect(diagnosisOf(verdict)).toBe("unresolved-import");
		expect(verdict.thrownAt).toMatchObject({ file, line: 1 });
	});

	test.concurrent("[an export that is not a function] → exception, without a place in the learner's file", async () => {
		const verdict = await verdictOn(await files.write("value.ts", 'export const isolate = "web-1";\n'));
		expect(diagnosisOf(verdict)).toBe("exception");
		expect(verdict.findings[0]?.got).toContain("isolate");
	});

	test.concurrent("[a name that #kernel does not export] → exception, and a type error that names it", async () => {
		const file = await files.write(
			"kernel.ts",
			'import { sethostnam } from "#kernel";\nexport function isolate(hostname: string): void {\n\tsethostnam(hostname);\n}\n',
		);
		const verdict = await verdictOn(file);
		expect(diagnosisOf(verdict)).toBe("exception");
		expect(verdict.thrownAt).toMatchObject({ file, line: 3 });
		expect(verdict.typeErrors).toMatchObject([{ file, line: 1, message: expect.stringContaining("sethostnam") }]);
	});
});

test("a type error is shown beside the verdict, and does not decide it", async () => {
	const solution = readFileSync(inKit("solutions/02-unshare/isolate.ts"), "utf8");
	const file = await files.write("typed.ts", `${solution}\nexport const wrong: number = "not a number";\n`);
	const verdict = await verdictOn(file);
	expect(verdict.verdict).toBe("pass");
	expect(verdict.typeErrors).toMatchObject([{ file, message: expect.stringContaining("TS2322") }]);
});

test("no virtual machine is left", () => {
	expect(childrenOfThisProcess().filter((name) => name.startsWith("qemu"))).toEqual([]);
});

interface BadInput {
	name: string;
	file: string;
	/** The possible diagnoses of the first finding, from the head of the file. There are several if chance decides. */
	diagnoses: string[];
	line: number | undefined;
	message: string | undefined;
	advice: string | undefined;
}

function badInput(): BadInput[] {
	const dir = inKit("test/submissions/bad-input");
	return readdirSync(dir).map((entry) => {
		const file = `${dir}/${entry}`;
		const head = new Map(
			[...readFileSync(file, "utf8").matchAll(/^\/\/ (diagnosis|thrown at|message|advice): (.+)$/gm)].map(
				([, key = "", value = ""]) => [key, value],
			),
		);
		const line = head.get("thrown at");
		return {
			name: entry.replace(/\.ts$/, ""),
			file,
			diagnoses: head.get("diagnosis")?.split(" ") ?? [],
			line: line === undefined ? undefined : Number(line),
			message: head.get("message"),
			advice: head.get("advice"),
		};
	});
}

function childrenOfThisProcess(): string[] {
	return readdirSync(`/proc/${process.pid}/task`)
		.flatMap((task) => readFileSync(`/proc/${process.pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean))
		.map((pid) => {
			try {
				return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
			} catch {
				return "ended meanwhile";
			}
		});
}
