import { expect, test } from "vitest";
import { isUnjudged, lostFinding } from "../../../harness/judge/failed-run.ts";
import { showsKernelFault } from "../../../harness/vm/console-output.ts";

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

test("what drydock noticed is not called the kernel's messages", () => {
	const said = (how: "silent" | "guest-panic" | "agent-ended") =>
		lostFinding({ kind: "lost", how, detail: "no frame in 47 s" }).explanation;
	expect(said("silent")).toContain("What drydock noticed:\nno frame in 47 s");
	expect(said("guest-panic")).toContain("The kernel's last messages:\nno frame in 47 s");
	expect(said("agent-ended")).toContain("What the virtual machine printed last:\nno frame in 47 s");
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
