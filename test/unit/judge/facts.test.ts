import { describe, expect, test } from "vitest";
import { deriveFacts, isShared, withInputs } from "../../../harness/judge/facts.ts";
import type { Ending, HostState, ProcessState, Task } from "../../../harness/protocol/index.ts";
import { mountsOfHost } from "../../../harness/readings/mounts.ts";
import { hostState, mount, observation, processState } from "../../support/observation.ts";

const later = { about: "a second container", options: {} };
const plain = { scenario: () => ({ does: "", prepare: [], calls: { box: { options: {} }, later } }) };
const during = (process: Partial<ProcessState>, host: Partial<HostState> = {}) =>
	deriveFacts(plain, observation({ during: { host: hostState(host), process: processState(process) } }), {});
const after = (host: Partial<HostState>) => deriveFacts(plain, observation({ after: hostState(host) }), {});

describe("the command", () => {
	test("a namespace is the host's or new, whatever its number", () => {
		const facts = during({ namespaces: { uts: "uts:[99]", ipc: "ipc:[2]" } });
		expect(facts).toMatchObject({ "ns.uts": "new", "ns.ipc": "the host's" });
	});

	test("a message queue of the host among the container's is recognized", () => {
		expect(during({ queues: ["0x9", "0x1234"] })["command.queues"]).toBe("the host's are seen");
		expect(during({ queues: ["0x9"] })["command.queues"]).toBe("none of the host's");
	});

	describe("its root", () => {
		const rootfs = { device: "0:20", inode: "7" };
		const before = hostState({ places: { ...hostState().places, "/lab/r-1": rootfs } });
		const root = (process: Partial<ProcessState>) =>
			deriveFacts(
				{ ...plain, rootfs: () => ({ path: "/lab/r-1", marker: "marker-1" }) },
				observation({ before, during: { host: before, process: processState(process) } }),
				{},
			)["command.root"];

		test("is recognized by device and inode, whatever it contains", () => {
			expect(root({ rootPlace: rootfs })).toBe("the rootfs");
			expect(root({ root: ["marker-1"] })).toBe("the host's");
			expect(root({ rootPlace: { device: "0:20", inode: "8" }, root: ["marker-1"] })).toBe("another directory");
		});

		test("may be a copy of the rootfs, if the copy is on no file system of the host's", () => {
			expect(root({ rootPlace: { device: "0:99", inode: "7" }, root: ["marker-1"] })).toBe("the rootfs");
			expect(root({ rootPlace: { device: "0:99", inode: "7" } })).toBe("another directory");
		});
	});

	test("an escape that was not tried gives no fact", () => {
		expect(during({})).not.toHaveProperty("escape");
	});

	describe("an escape", () => {
		const works = { climb: "", uncover: "" };
		const fails = { climb: "nowhere", uncover: "nowhere" };
		const escapeFact = (tried: object, control: object = works) =>
			during({ escape: { ...fails, ...tried, control: { ...works, ...control } } })["escape"];

		test("that succeeds in one way has reached the host's files; one that succeeds in no way was refused", () => {
			expect(escapeFact(works)).toBe("the host's files were reached");
			expect(escapeFact({ uncover: "" })).toBe("the host's files were reached");
			expect(escapeFact(fails)).toBe("refused");
		});

		test("is no fact if the same escape fails from the host, too", () => {
			expect(escapeFact(fails, { climb: "nowhere" })).toBeUndefined();
			expect(escapeFact(works, { uncover: "unshare(CLONE_NEWNS): ENOSPC" })).toBeUndefined();
		});

		test("is no fact if one way could not be tried, and no other way led out", () => {
			expect(escapeFact({ climb: "setns(7, CLONE_NEWNS): EPERM" })).toBeUndefined();
		});
	});

	test("a command that never ran has no facts of its own", () => {
		const facts = deriveFacts(plain, observation({ during: null }), {});
		expect(facts["command.ran"]).toBe(false);
		expect(facts).not.toHaveProperty("ns.uts");
	});

	test("without a command, there are no facts of the host during the command", () => {
		const facts = deriveFacts(plain, observation({ during: null, after: hostState({ hostname: "renamed" }) }), {});
		expect(facts).not.toHaveProperty("host.hostname.during");
		expect(facts["host.hostname.after"]).toBe("renamed");
	});
});

describe("the host", () => {
	test("a quiet run leaves every fact of it empty or unchanged", () => {
		const facts = Object.entries(during({})).filter(([name]) => name.startsWith("host.") || name.startsWith("left."));
		expect(facts).toHaveLength(21);
		for (const [name, value] of facts) expect([name, value]).toEqual([name, Array.isArray(value) ? [] : "unchanged"]);
	});

	test("new and lost mounts are named", () => {
		const facts = during({}, { mounts: [mount("/"), mount("/new", { id: 30 })] });
		expect(facts).toMatchObject({ "host.mounts.during": ["/new"], "host.unmounted.during": ["/proc"] });
	});

	test("a second mount on a mount point is a new mount", () => {
		const covered = [...hostState().mounts, mount("/proc", { id: 31 })];
		expect(during({}, { mounts: covered })["host.mounts.during"]).toEqual(["/proc"]);
	});

	test("a mount that is no longer shared is named, other optional fields do not count", () => {
		const mounts = hostState().mounts.map((each) => ({
			...each,
			propagation: each.mountPoint === "/" ? ["master:3"] : ["shared:7", "master:3"],
		}));
		const facts = after({ mounts });
		expect(facts["host.propagation.after"]).toEqual(["/"]);
	});

	test("a process left behind is named with its state; a reused name with another pid is a new process", () => {
		const tasks = [
			...hostState().tasks,
			{ pid: 310, startTicks: 900, ppid: 1, comm: "init", state: "S", nsPids: [310] },
		];
		expect(after({ tasks })["left.processes"]).toEqual(["init (S)"]);
	});

	test("a process with the pid of one that has ended is another process: it was started later", () => {
		const [init] = hostState().tasks;
		const old = { pid: 310, startTicks: 900, ppid: 1, comm: "sh", state: "S", nsPids: [310] };
		const seen = observation({
			before: hostState({ tasks: [init as Task, old] }),
			after: hostState({ tasks: [init as Task, { ...old, startTicks: 950 }] }),
		});
		expect(deriveFacts(plain, seen, {})["left.processes"]).toEqual(["sh (S)"]);
	});

	test("a zombie is left behind, unless it is the host's init that has to reap it", () => {
		const zombie = (ppid: number) => ({ pid: 310, startTicks: 900, ppid, comm: "sleep", state: "Z", nsPids: [310] });
		expect(after({ tasks: [...hostState().tasks, zombie(300)] })["left.processes"]).toEqual(["sleep (Z)"]);
		expect(after({ tasks: [...hostState().tasks, zombie(1)] })["left.processes"]).toEqual([]);
	});

	test("a namespace's init that has ended waits for its processes to be reaped, and is nobody's mistake", () => {
		const init = (ppid: number): Task => ({
			...{ pid: 301, startTicks: 901, ppid, comm: "box" },
			state: "I",
			nsPids: [301, 1],
		});
		expect(after({ tasks: [...hostState().tasks, init(1)] })["left.processes"]).toEqual([]);
		expect(after({ tasks: [...hostState().tasks, init(300)] })["left.processes"]).toEqual(["box (I)"]);
	});
});

describe("drawn values", () => {
	test("become their names, even in lists, and become values again", () => {
		const drawn = { hostname: "keen-gull", rootfs: "/lab/r-1" };
		const seen = observation({
			during: {
				host: hostState({ mounts: [...hostState().mounts, mount("/lab/r-1/proc", { id: 40 })] }),
				process: processState({ hostname: "keen-gull" }),
			},
		});
		const facts = deriveFacts(plain, seen, drawn);
		expect(facts).toMatchObject({ "command.hostname": "‹hostname›", "host.mounts.during": ["‹rootfs›/proc"] });
		expect(withInputs(facts["host.mounts.during"] ?? "", drawn)).toEqual(["/lab/r-1/proc"]);
	});

	test("the drawn exit code is replaced by its name, and an equal number that is no exit code stays", () => {
		const drawn = { exitCode: "41", hostname: "keen-gull" };
		const seen = observation({
			during: { host: hostState(), process: processState({ hostname: "gull-41" }) },
			ending: { how: "returned", value: 41 },
		});
		const facts = deriveFacts(plain, seen, drawn);
		expect(facts).toMatchObject({ ending: "returned ‹exitCode›", "command.hostname": "gull-41" });
		expect(withInputs(facts["ending"] ?? "", drawn)).toBe("returned 41");
		expect(deriveFacts(plain, observation(), drawn)["ending"]).toBe("returned 0");
	});

	test("a name that was not drawn stays unchanged", () => {
		expect(withInputs("‹other› and ‹a›", { a: "1" })).toBe("‹other› and 1");
	});
});

describe("mountsOfHost", () => {
	const host = [mount("/", { device: "0:5", root: "/" })];

	test("finds the host's file system where it is mounted elsewhere", () => {
		const seen = [mount("/put_old", { device: "0:5", root: "/" })];
		expect(mountsOfHost(host, seen)).toEqual(seen);
	});

	test("leaves out a bound directory of it, other file systems, and file systems such as proc", () => {
		const seen = [
			mount("/", { device: "0:5", root: "/lab/rootfs" }),
			mount("/tmp", { device: "0:9" }),
			mount("/proc", { device: "0:5", fstype: "proc" }),
		];
		expect(mountsOfHost(host, seen)).toEqual([]);
	});
});

test("a mount is shared by its field shared:N, not by master:N", () => {
	expect(isShared(mount("/", { propagation: ["master:2", "shared:1"] }))).toBe(true);
	expect(isShared(mount("/", { propagation: ["master:1"] }))).toBe(false);
});

describe("a call and its ending are described in words", () => {
	const { box } = observation().calls;
	const taken = { ...box, inputTaken: true } as NonNullable<typeof box>;

	test("a container whose input was taken", () => {
		const facts = deriveFacts(plain, observation({ calls: { box: taken, later: taken } }), {});
		expect(facts["input.taken"]).toEqual(["the first container", "“later”: a second container"]);
	});

	test.each([
		[{ how: "child-returned" }, "returned from a forked child as well"],
		[{ how: "asynchronous" }, "returned a promise"],
		[{ how: "exited", code: 1, signal: null }, "exited before it was done"],
		[{ how: "hung", tasks: [], waitsIn: {} }, "did not end"],
	] as [Ending, string][])("an ending: %j", (ending, words) => {
		expect(deriveFacts(plain, observation({ ending }), {})["ending"]).toBe(words);
	});
});
