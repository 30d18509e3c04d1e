import { expect, test } from "vitest";
import { recordedCalls } from "../../../harness/judge/recorded-calls.ts";
import { observation } from "../../support/observation.ts";

test("recordedCalls puts each write after the system calls that came before it", () => {
	const call = (name: string) => ({ task: "1", call: name, args: {} });
	const write = (name: string, after: number) => ({ ...call(name), after });
	const { box } = observation().calls;
	if (box === undefined) throw new Error("the observation has no call");
	const ledger = ["fork", "waitpid"].map(call);
	const writes = [write("fs.mkdirSync", 0), write("fs.rmSync", 1), write("fs.rmdirSync", 1), write("fs.writeSync", 2)];
	expect(recordedCalls({ ...box, ledger, writes })).toEqual(
		["fs.mkdirSync", "fork", "fs.rmSync", "fs.rmdirSync", "waitpid", "fs.writeSync"].map(call),
	);
	expect(recordedCalls(undefined)).toEqual([]);
});
