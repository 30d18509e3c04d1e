import type { KernelState } from "../../harness/live/events.ts";
import type { Past } from "../../harness/live/views/past.ts";
import { mount } from "./observation.ts";
import { shellIn, viewsUpTo, withChangedView } from "./recorded-views.ts";

const HOST = "mnt:[1]";
/** The mounts of a container, with their mount ids. */
const CONTAINER = [
	{ id: 900, device: "0:60", root: "/", mountPoint: "/", fstype: "overlay" },
	{ id: 901, device: "0:20", root: "/root/data", mountPoint: "/data" },
	{ id: 902, device: "0:20", root: "/root/data", mountPoint: "/look", flags: "ro,nosuid" },
	{ id: 903, device: "0:20", root: "/var/lib/box/volumes/mail", mountPoint: "/etc" },
	{ id: 904, device: "0:61", root: "/", mountPoint: "/scratch" },
];
/** What was read of a mounted directory: the names in it, and those that the image has at this place. */
const directory = (mountId: number, names: string[], namesOfImage: string[] = []) => ({
	...{ mount: mountId, names, namesOfImage },
	more: false,
});

/**
 * Volumes of one container, then of two, at several moments. A moment's `name` says what has just happened. Its `past`
 * is everything that was seen until then.
 */
export async function volumesSeen(): Promise<{ name: string; past: Past }[]> {
	let past = await viewsUpTo("shells");
	const moments: { name: string; past: Past }[] = [];
	const add = (name: string, change: (view: KernelState) => void) => {
		past = withChangedView(past, change);
		moments.push({ name, past });
	};
	past = past.map(({ atMs, view }) => {
		const copy = structuredClone(view);
		copy.host.mounts = [mount("/", { device: "0:20" })];
		copy.host.namespaces["mnt"] = HOST;
		for (const shell of Object.values(copy.shells))
			if (shell !== null) {
				shell.volumes = [];
				shell.mounts = copy.host.mounts;
				shell.namespaces["mnt"] = HOST;
			}
		return { atMs, view: copy };
	});
	add("a bind mount on the host", (view) => {
		const bind = mount("/srv/private/new", { id: 50, device: "0:20", root: "/root/data" });
		view.host.mounts = [...view.host.mounts, bind];
		for (const name of ["host", "container"] as const) {
			shellIn(view, name).mounts = view.host.mounts;
			shellIn(view, name).volumes = [directory(50, ["note"])];
		}
	});
	add("unmounted", (view) => {
		view.host.mounts = view.host.mounts.slice(0, 1);
		for (const name of ["host", "container"] as const) {
			shellIn(view, name).mounts = view.host.mounts;
			shellIn(view, name).volumes = [];
		}
	});
	add("a container with four volumes", (view) => {
		const shell = shellIn(view, "container");
		shell.namespaces["mnt"] = "mnt:[2]";
		shell.mounts = CONTAINER.map(({ mountPoint, ...rest }) => mount(mountPoint, rest));
		shell.overlay = { lowerdirs: ["/lab/rootfs"], upperdir: "/var/lib/box/1/upper", workdir: "", upper: [] };
		const data = ["note"];
		const image = ["group", "passwd"];
		shell.volumes = [directory(901, data), directory(902, data), directory(903, image, image), directory(904, [])];
	});
	add("a new file in a directory that is at two places", (view) => {
		for (const volume of shellIn(view, "container").volumes?.slice(0, 2) ?? []) volume.names = ["answer", "note"];
	});
	add("a second container with the same volume", (view) => {
		const shell = shellIn(view, "host");
		shell.namespaces["mnt"] = "mnt:[3]";
		const [root, , , mail] = CONTAINER.map(({ mountPoint, ...rest }) => mount(mountPoint, rest));
		if (root !== undefined && mail !== undefined) shell.mounts = [root, { ...mail, id: 950, mountPoint: "/mail" }];
		shell.volumes = [directory(950, ["group", "passwd"])];
	});
	add("the first container ends", (view) => {
		const shell = shellIn(view, "container");
		shell.namespaces["mnt"] = HOST;
		shell.mounts = view.host.mounts;
		shell.volumes = [];
		shell.overlay = null;
	});
	return moments;
}
