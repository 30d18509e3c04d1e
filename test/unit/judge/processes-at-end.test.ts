import { expect, test } from "vitest";
import { processesAtEnd } from "../../../harness/judge/processes-at-end.ts";
import type { Task } from "../../../harness/protocol/index.ts";

const task = (pid: number, comm: string, state: string): Task => ({
	...{ pid, comm, state, startTicks: 0, ppid: 1, nsPids: [pid] },
});

test("says what each process of a call that was given up did", () => {
	const tasks = [task(41, "MainThread", "S"), task(45, "sh", "R"), task(46, "sleep", "Z"), task(47, "cat", "S")];
	expect(processesAtEnd({ how: "hung", tasks, waitsIn: { 41: "do_wait", 47: "some_new_function" } })).toBe(
		" When the check gave up: box (node) (pid 41) waited in waitpid: for the end of a child; sh (pid 45) was running; sleep (pid 46) had ended, and its parent had not waited for it; cat (pid 47) slept, in the kernel's function some_new_function.",
	);
});

test("says nothing of a call without processes", () => {
	expect(processesAtEnd({ how: "hung", tasks: [], waitsIn: {} })).toBe("");
});
