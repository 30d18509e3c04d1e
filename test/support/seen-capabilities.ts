import type { Past } from "../../harness/live/views/past.ts";
import { shellIn, viewsUpTo, withChangedView } from "./recorded-views.ts";

/** The sets of root on the host, and those that the engine leaves to root in a container. */
const [ALL, SOME] = ["000001ffffffffff", "00000000800405fb"];
const NONE = "0000000000000000";
const NET_RAW = "0000000000002000";

const HOSTS = {
	...{ capabilities: ALL, permitted: ALL, boundingSet: ALL, inheritable: NONE, ambient: NONE },
	...{ noNewPrivileges: false, seccompFilters: 1 },
};
const CONTAINERS = { ...HOSTS, capabilities: SOME, permitted: SOME, boundingSet: SOME };

/**
 * The container's shell with other capability sets, at several moments. A moment's `name` says what has just happened.
 * Its `past` is everything that was seen until then.
 */
export async function capabilitiesSeen(): Promise<{ name: string; past: Past }[]> {
	const moments: { name: string; past: Past }[] = [];
	let past: Past = (await viewsUpTo("shells")).slice(-1);
	const add = (name: string, pid: number, comm: string, uid: number, sets: typeof HOSTS) => {
		const earlier = moments.length === 0 ? [] : past;
		const next = withChangedView(past, (view) => {
			const shell = shellIn(view, "container");
			const old = view.host.tasks.find((task) => task.pid === shell.pid);
			shell.pid = pid;
			if (old)
				view.host.tasks = [
					...view.host.tasks.filter((task) => task.pid !== shell.pid),
					{ ...old, pid: shell.pid, comm },
				];
			shell.credentials = { ...shell.credentials, ...sets, uids: [uid, uid, uid, uid] };
			shellIn(view, "host").credentials = { ...shell.credentials, ...HOSTS };
		});
		past = [...earlier, ...next.slice(-1)];
		moments.push({ name, past });
	};
	add("a shell of the host", 90, "bash", 0, HOSTS);
	add("root in a container", 700, "sh", 0, CONTAINERS);
	add("a filter", 700, "sh", 0, { ...CONTAINERS, noNewPrivileges: true, seccompFilters: 2 });
	add("back on the host", 90, "bash", 0, HOSTS);
	add("a user", 800, "capsh", 1_000, { ...HOSTS, capabilities: NONE, permitted: NONE });
	const ambient = { ...HOSTS, capabilities: NET_RAW, permitted: NET_RAW, inheritable: NET_RAW, ambient: NET_RAW };
	add("execve with an ambient capability", 800, "ping", 1_000, ambient);
	return moments;
}
