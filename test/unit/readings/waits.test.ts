import { expect, test } from "vitest";
import type { Task } from "../../../harness/protocol/index.ts";
import { waitsText } from "../../../harness/readings/waits.ts";

const task = (pid: number, comm: string, state: string): Task => ({
	...{ pid, comm, state, startTicks: 0, ppid: 1, nsPids: [pid] },
});

test("says what each process does or waits for", () => {
	const tasks = [task(41, "MainThread", "S"), task(45, "sh", "R"), task(46, "sleep", "Z"), task(47, "cat", "S")];
	expect(waitsText({ tasks, waitsIn: { 41: "do_wait", 47: "some_new_function" } })).toBe(
		"box (node) (pid 41) waiting in waitpid, for the end of a child; sh (pid 45) running; sleep (pid 46) ended, and its parent has not waited for it; cat (pid 47) waiting in the kernel's function some_new_function",
	);
});

test("says so if the kernel names no function, as for a process that has just woken up", () => {
	expect(waitsText({ tasks: [task(41, "sh", "S")], waitsIn: {} })).toBe(
		"sh (pid 41) waiting, the kernel does not say where",
	);
});

test("says nothing of a call without processes", () => {
	expect(waitsText({ tasks: [], waitsIn: {} })).toBe("");
});

test("counts processes that do the same, and leaves out what is too much to read", () => {
	const zombies = Array.from({ length: 50 }, (_, index) => task(100 + index, "sleep", "Z"));
	const others = ["a", "b", "c", "d", "e", "f"].map((name, index) => task(200 + index, name, "R"));
	expect(waitsText({ tasks: [...zombies, ...others], waitsIn: {} })).toBe(
		"50 × sleep ended, and its parent has not waited for it; a (pid 200) running; b (pid 201) running; c (pid 202) running; d (pid 203) running; e (pid 204) running; and 1 more",
	);
});
