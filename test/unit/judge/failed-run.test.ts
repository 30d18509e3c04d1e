import { afterAll, expect, test } from "vitest";
import { isUnjudged, lostFinding } from "../../../harness/judge/failed-run.ts";
import { judge } from "../../../harness/judge/judge.ts";
import { findLesson } from "../../../harness/judge/lessons.ts";
import { showsKernelFault } from "../../../harness/vm/console-output.ts";
import type { MachinePool } from "../../../harness/vm/machine-pool.ts";
import { temporary } from "../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

const OOPS = [
	"[   25.998240] BUG: unable to handle page fault for address: ffffffff00000008",
	"[   25.998241] #PF: supervisor read access in kernel mode",
	"[   25.998243] RIP: 0010:net_rx_action+0x1c/0x300",
	"[   25.998244] RSP: 0018:ffffc90000003f00 EFLAGS: 00000246",
	"[   25.998248] Kernel panic - not syncing: Fatal exception in interrupt",
].join("\n");

test("a panic is reported with the fault and its place, without the registers", () => {
	const { explanation } = lostFinding({ kind: "lost", how: "guest-panic", detail: OOPS });
	expect(explanation).toContain("page fault for address");
	expect(explanation).toContain("net_rx_action");
	expect(explanation).toContain("Kernel panic");
	expect(explanation).not.toContain("EFLAGS");
});

test("a kernel's failure is distinguished from a panic that a program asked for", () => {
	expect(showsKernelFault(OOPS)).toBe(true);
	expect(
		showsKernelFault("[    9.1] Oops: general protection fault, probably for non-canonical address: 0000 [#1] SMP"),
	).toBe(true);
	expect(showsKernelFault("[    9.1] Kernel panic - not syncing: sysrq triggered crash")).toBe(false);
	expect(showsKernelFault("[    9.1] Kernel panic - not syncing: System is deadlocked on memory")).toBe(false);
	expect(showsKernelFault("Oops, not allowed")).toBe(false);
});

test("a failure of the kernel itself is no verdict on the exercise; one that a program caused is", () => {
	expect(isUnjudged("guest-fault", 1)).toBe(true);
	expect(isUnjudged("guest-panic", 0.1)).toBe(false);
	expect(lostFinding({ kind: "lost", how: "guest-fault", detail: OOPS }).got).toContain("could not be judged");
});

test("silence is a verdict on the exercise only if the machine had its time", () => {
	expect(isUnjudged("silent", 1)).toBe(false);
	expect(isUnjudged("silent", 0.1)).toBe(true);
	expect(lostFinding({ kind: "lost", how: "silent", detail: "" }).got).toContain("stopped answering");
	expect(lostFinding({ kind: "lost", how: "silent", detail: "" }, 0.1).got).toContain("too busy");
});

// A module that cannot be loaded needs no machine.
const unloaded = async (text: string) =>
	judge(await findLesson("02"), await files.write("isolate.ts", text), {} as MachinePool);

test.each([
	["the end of the file", "const a = 1;\nexport function isolate(): void {\n\tif (a) {\n}\n", 5],
	["the next export", "const a = 1;\nexport function isolate(): void {\n\tif (a) {\n}\nexport const b = 1;\n", 5],
])(
	"a brace that is never closed is shown where it is opened, and not at %s",
	async (_, text, line) => {
		const { thrownAt, findings, typeErrors } = await unloaded(text);
		expect(thrownAt).toMatchObject({ line: 2, column: 33 });
		expect(findings).toMatchObject([{ diagnosis: "syntax-error", got: "a { in line 2 that is never closed" }]);
		expect(findings[0]?.explanation).toContain(`until line ${line}`);
		expect(typeErrors).toEqual([]);
	},
	60_000,
);

test("another syntax error is shown where it is, also if a brace is never closed further down", async () => {
	const { thrownAt, findings } = await unloaded("const = 1;\nexport function isolate(): void {\n");
	expect(thrownAt).toMatchObject({ line: 1, column: 7 });
	expect(findings).toMatchObject([{ diagnosis: "syntax-error", got: expect.stringContaining("Expected identifier") }]);
}, 60_000);
