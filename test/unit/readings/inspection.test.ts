import { expect, test } from "vitest";
import { compareWithHost } from "../../../harness/readings/inspection.ts";
import { hostState, mount, processState } from "../../support/observation.ts";

function rowsOf(title: string, ...states: Parameters<typeof compareWithHost>) {
	return compareWithHost(...states).find((section) => section.title === title)?.rows ?? [];
}

test("a namespace that differs from the host's is shown beside it; a shared one is not repeated", () => {
	const container = processState({ namespaces: { uts: "uts:[9]", ipc: "ipc:[2]", pid_for_children: "none yet" } });
	expect(rowsOf("namespaces", hostState(), container)).toEqual([
		{ label: "uts", host: ["1"], container: ["9"] },
		{ label: "ipc", host: ["2"], container: null },
	]);
});

test("a mount of the host that is visible in the container is marked as the host's", () => {
	const namespaces = { ...hostState().namespaces, mnt: "mnt:[9]" };
	const mounts = [mount("/", { id: 70, device: "0:44", propagation: [] }), mount("/old", { id: 71 })];
	const [row] = rowsOf("hostname and files", hostState(), processState({ namespaces, mounts })).slice(-1);
	expect(row?.container).toEqual(["/ tmpfs", "/old tmpfs shared:1 (the host's)"]);
});

test("a bind mount is shown with its directory on the host, and with ro if it is read-only", () => {
	const namespaces = { ...hostState().namespaces, mnt: "mnt:[9]" };
	const own = { id: 71, propagation: [] };
	const mounts = [
		mount("/data", { ...own, root: "/srv/data", flags: "ro,nosuid" }),
		mount("/scratch", { ...own, device: "0:50", root: "/inner" }),
	];
	const [row] = rowsOf("hostname and files", hostState(), processState({ namespaces, mounts })).slice(-1);
	expect(row?.container).toEqual(["/data tmpfs from /srv/data ro", "/scratch tmpfs"]);
});

test("a terminal: session, process group, and what of the caller's terminal is open inside", () => {
	const stdin = { number: "136:0", device: "0:50", rows: 24, columns: 80 };
	const terminal = { group: 300, session: 300, controlling: "136:0", foreground: 300, stdin, callers: [] };
	const rows = rowsOf("processes", hostState(), processState({ terminal }));
	expect(rows.slice(1).map(({ label, container }) => [label, ...(container ?? [])])).toEqual([
		["session", "300"],
		["process group", "300, in the foreground"],
		["terminal", "136:0"],
		["stdin", "136:0, 24 rows, 80 columns"],
		["caller's terminal", "not open in the container"],
	]);
});

test("a process has the pid that the host gives it, and the one in the innermost namespace", () => {
	const tasks = [
		{ pid: 299, startTicks: 900, ppid: 1, comm: "MainThread", state: "S", nsPids: [299] },
		{ pid: 300, startTicks: 900, ppid: 299, comm: "sh", state: "S", nsPids: [300, 1] },
	];
	expect(rowsOf("processes", hostState(), processState({ tasks, nsPids: [300, 1], procPids: [2] }))).toEqual([
		{ label: "box (node)", host: ["299"], container: ["no pid"] },
		{ label: "sh ←", host: ["300"], container: ["1"] },
		{ label: "pids in /proc", host: ["1 pids"], container: ["2"] },
	]);
});

test("a cgroup's limits and use are shown; subjects that the lesson does not read are left out", () => {
	const container = processState({ cgroup: "0::/box/a", cgroupFiles: { "memory.max": "64", "memory.stat": "long" } });
	expect(rowsOf("cgroup", hostState(), container)).toEqual([
		{ label: "path", host: ["/"], container: ["/box/a"] },
		{ label: "memory.max", host: null, container: ["64"] },
	]);
	expect(compareWithHost(hostState(), container).map(({ title }) => title)).not.toContain("network");
});
