import { expect, test } from "vitest";
import { calledOnlyInChildren } from "../../../harness/judge/check.ts";
import type { LedgerCall } from "../../../harness/protocol/index.ts";

const entry = (task: string, call: string, args: LedgerCall["args"] = {}): LedgerCall => ({ task, call, args });
const COMMAND = entry("1.1", "execve", { argv: '["sh","-c","drydock-0a1b2c3d"]' });
const IP = entry("1.1.1", "execve", { argv: '["ip","link"]' });

test.each([
	["a child of the command's process", [entry("1.1.1", "unshare"), COMMAND], true],
	["a child that then executes another program", [entry("1.1.1", "unshare"), IP, COMMAND], true],
	["the command's process itself", [entry("1.1", "unshare"), COMMAND], false],
	["both", [entry("1.1", "unshare"), entry("1.1.1", "unshare"), COMMAND], false],
	["a process that is no child of the command's", [entry("1", "unshare"), COMMAND], false],
	["a child of a process that never became the command", [entry("1.1.1", "unshare"), IP], false],
])("calledOnlyInChildren: unshare by %s", (_, ledger, expected) => {
	expect(calledOnlyInChildren({ ledger }, "unshare")).toBe(expected);
});
