import type { HostState, Mount, Network, ProcessState } from "../protocol/index.ts";
import { hostMounts, nameOf } from "./facts.ts";

/** Host and container side by side, as the kernel shows them while the command runs. */
export interface Section {
	title: string;
	rows: Row[];
}

/** One thing that can be read of both. */
export interface Row {
	label: string;
	/** Null where there is nothing to compare with. */
	host: string[] | null;
	/** Null where it is the host's. */
	container: string[] | null;
}

/** Sets a command beside the host that it runs on. Of what a lesson does not read, nothing is said. */
export function sideBySide(host: HostState, container: ProcessState): Section[] {
	return [
		{ title: "namespaces", rows: namespaces(host, container) },
		{ title: "what it sees", rows: view(host, container) },
		{ title: "processes", rows: processes(host, container) },
		{ title: "cgroup", rows: cgroup(container) },
		{ title: "network", rows: network(host, container) },
		{ title: "overlay", rows: overlay(container) },
		{ title: "rights", rows: rights(container) },
	].filter(({ rows }) => rows.length > 0);
}

function namespaces(host: HostState, container: ProcessState): Row[] {
	const number = (id = "") => id.replace(/^\w+:\[(\d+)\]$/, "$1");
	return Object.entries(container.namespaces)
		.filter(([kind]) => !kind.endsWith("_for_children"))
		.map(([kind, id]) => row(kind, [number(host.namespaces[kind])], [number(id)]));
}

function view(host: HostState, container: ProcessState): Row[] {
	const seen = hostMounts(host.mounts, container.mounts);
	const shown = (mount: Mount) => [mount.mountPoint, mount.fstype, ...mount.propagation].join(" ");
	const sameMounts = container.namespaces["mnt"] === host.namespaces["mnt"];
	return [
		row("hostname", [host.hostname], [container.hostname]),
		row("root", [host.root.toSorted().join(" ")], [container.root.toSorted().join(" ")]),
		{ label: "directory", host: null, container: [container.cwd] },
		{
			label: "mounts",
			host: host.mounts.map(shown),
			container: sameMounts
				? null
				: container.mounts.map((mount) => `${shown(mount)}${seen.includes(mount) ? " (the host's)" : ""}`),
		},
	];
}

function processes(host: HostState, { tasks, procPids, pid, nsPids }: ProcessState): Row[] {
	const rows = tasks.map((task) => {
		// What is not in a namespace as deep as the command's has no number there.
		const inside = task.nsPids[nsPids.length - 1];
		return row(
			`${nameOf(task)}${task.pid === pid ? " ←" : ""}`,
			[String(task.pid)],
			[inside === undefined ? "not there" : String(inside)],
		);
	});
	const listed = { label: "/proc has", host: [`${host.tasks.length} processes`] };
	if (procPids === null) return [...rows, { ...listed, container: ["there is none"] }];
	const all = host.tasks.every((task) => procPids.includes(task.pid));
	return [...rows, { ...listed, container: all ? null : [procPids.join(" ")] }];
}

function cgroup({ cgroup: path, cgroupFiles }: ProcessState): Row[] {
	const name = path.slice(path.lastIndexOf(":") + 1);
	if (name === "/") return [{ label: "path", host: ["/"], container: null }];
	const limits = Object.entries(cgroupFiles).filter(
		([file, value]) => /\.(max|current|peak)$/.test(file) && value !== "",
	);
	return [
		{ label: "path", host: ["/"], container: [name] },
		...limits.map(([file, value]) => ({ label: file, host: null, container: [value] })),
	];
}

function network(host: HostState, container: ProcessState): Row[] {
	if (container.network === null || host.network === null) return [];
	const links = ({ links }: Network) =>
		links.map(({ name, flags, addresses }) => [name, flags.includes("UP") ? "up" : "down", ...addresses].join(" "));
	const routes = ({ routes }: Network) =>
		routes.map(({ destination, via, device }) => `${destination}${via && ` via ${via}`} dev ${device}`);
	return [
		row("links", links(host.network), links(container.network)),
		row("routes", routes(host.network), routes(container.network)),
	];
}

function overlay({ overlay }: ProcessState): Row[] {
	if (overlay === null) return [];
	const of = (label: string, lines: string[]) => ({ label, host: null, container: lines });
	return [
		of("lowerdir", overlay.lowerdirs),
		of("upperdir", [overlay.upperdir]),
		of(
			"written",
			overlay.upper.map(({ path, kind, device }) => (device === "0:0" ? `${path} (whiteout)` : `${path} (${kind})`)),
		),
	];
}

function rights({ credentials, signals }: ProcessState): Row[] {
	const of = (label: string, value: string) => ({ label, host: null, container: [value] });
	return [
		of("uid, gid", `${credentials.uids[1]}, ${credentials.gids[1]}`),
		of("CapEff", credentials.capabilities),
		of("CapBnd", credentials.boundingSet),
		of("SigBlk", signals.blocked),
		of("SigIgn", signals.ignored),
	];
}

function row(label: string, host: string[], container: string[]): Row {
	return { label, host, container: host.join("\n") === container.join("\n") ? null : container };
}
