import type { KernelState } from "../../harness/live/events.ts";
import type { Past } from "../../harness/live/views/past.ts";
import { mount } from "./observation.ts";
import { shellIn, viewsUpTo, withChangedView } from "./recorded-views.ts";

type Terminals = NonNullable<KernelState["host"]["terminals"]>;

/** The devices of the host's devpts file system, and of a container's. */
const [HOSTS, OWN] = ["0:30", "0:70"];
/** The flags that are set while a shell's line editor reads, and while a command reads line by line: see termios(3). */
const EDITING = ["ISIG"];
const COOKED = ["ISIG", "ICANON", "ECHO"];

const end = (number: string, device: string, which: "master" | "slave") => ({ number, device, end: which });
const setting = (number: string, device: string, set: string[]) => ({ number, device, rows: 24, columns: 80, set });

/**
 * Two shells, a job in the background, and a container with a terminal, at several moments. A moment's `name` says what
 * has just happened. Its `past` is everything that was seen until then.
 */
export async function terminalsSeen(): Promise<{ name: string; past: Past }[]> {
	const first = await viewsUpTo("shells");
	const last = first.at(-1)?.view;
	if (last === undefined) throw new Error("nothing was recorded");
	const [host, other] = [shellIn(last, "host").shell, shellIn(last, "container").shell];
	const user = (pid: number, session: number, group: number, foreground: number): Terminals["users"][number] => {
		const controlling = session === other ? "136:1" : "136:0";
		return { pid, session, group, foreground, controlling, open: [end(controlling, HOSTS, "slave")] };
	};
	const shells = [user(host, host, host, host), user(other, other, other, other)];
	const settings = [setting("136:0", HOSTS, EDITING), setting("136:1", HOSTS, EDITING)];
	// The engine, which is in the foreground of the host's shell, and the shell in the container that it has made.
	const engine = { ...user(700, host, 700, 700), open: [end("136:0", HOSTS, "slave"), end("136:0", OWN, "master")] };
	const inside = { ...user(702, 702, 702, 702), open: [end("136:0", OWN, "slave")] };
	const background = user(650, other, 650, other);
	const withContainer: Terminals = {
		users: [user(host, host, host, 700), ...shells.slice(1), background, engine, inside],
		settings: [setting("136:0", HOSTS, []), ...settings.slice(1), setting("136:0", OWN, COOKED)],
	};
	// A process of the container that has a terminal of the host open.
	const stranger = { ...user(703, 702, 703, 702), open: [end("136:1", HOSTS, "slave")] };
	const tasks: KernelState["host"]["tasks"] = [
		{ pid: 650, startTicks: 6_500, ppid: other, comm: "sleep", state: "S", nsPids: [650] },
		{ pid: 700, startTicks: 7_000, ppid: host, comm: "box", state: "S", nsPids: [700] },
		{ pid: 702, startTicks: 7_020, ppid: 700, comm: "sh", state: "S", nsPids: [702, 2] },
		{ pid: 703, startTicks: 7_030, ppid: 702, comm: "sleep", state: "S", nsPids: [703, 3] },
	];
	const moments: { name: string; past: Past }[] = [];
	let past: Past = first.map(({ atMs, view }) => {
		const copy = structuredClone(view);
		copy.host.mounts = [mount("/dev/pts", { device: HOSTS, fstype: "devpts" })];
		copy.host.terminals = { users: shells, settings };
		return { atMs, view: copy };
	});
	const add = (name: string, terminals: Terminals) => {
		past = withChangedView(past, (view) => {
			view.host.terminals = terminals;
			const there = tasks.filter(({ pid }) => terminals.users.some((one) => one.pid === pid));
			view.host.tasks = [...last.host.tasks, ...there];
		});
		moments.push({ name, past });
	};
	add("a job in the background", { users: [...shells, background], settings });
	add("a container with a terminal", withContainer);
	add("a stranger", { ...withContainer, users: [...withContainer.users, stranger] });
	add("the container has ended", { users: [...shells, background], settings });
	const job = [shells[0] ?? background, user(other, other, other, 650), { ...background, foreground: 650 }];
	add("the job is in the foreground", { users: job, settings });
	add("line by line", { users: job, settings: settings.map((one) => ({ ...one, set: COOKED })) });
	add("another size", { users: job, settings: settings.map((one) => ({ ...one, set: COOKED, columns: 100 })) });
	return moments;
}
