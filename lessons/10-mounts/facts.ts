import {
	commandAt,
	DURING,
	type Entry,
	type FactValue,
	type HostState,
	type Mount,
	type Observation,
	type ProcessState,
	type RandomInputs,
} from "../../harness/judge/index.ts";
import { EXTRA, NAME_FILES, PATTERN } from "./scenario.ts";

/** The devices of every container, by name, as major:minor. */
export const DEVICES: Readonly<Record<string, string>> = {
	null: "1:3",
	zero: "1:5",
	full: "1:7",
	random: "1:8",
	urandom: "1:9",
	tty: "5:0",
};

/** Links in /dev, each with the targets that lead to the right place. */
const LINKS: Readonly<Record<string, RegExp>> = {
	fd: /^\/proc\/self\/fd\/?$/,
	stdin: /^(\/proc\/self\/fd|\/dev\/fd|fd)\/0$/,
	stdout: /^(\/proc\/self\/fd|\/dev\/fd|fd)\/1$/,
	stderr: /^(\/proc\/self\/fd|\/dev\/fd|fd)\/2$/,
};

/** The same lists as in #box/defaults, without the paths that this kernel does not have. */
export const READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];
export const MASKED = [
	"/proc/acpi",
	"/proc/kcore",
	"/proc/keys",
	"/proc/timer_list",
	"/sys/dev/block",
	"/sys/firmware",
];

/** What must be mounted where, and with which flags at least. */
const MOUNTS: readonly { at: string; fstype: string; flags: readonly string[] }[] = [
	{ at: "/dev/shm", fstype: "tmpfs", flags: ["nosuid", "nodev", "noexec"] },
	{ at: "/dev/mqueue", fstype: "mqueue", flags: ["nosuid", "nodev", "noexec"] },
	{ at: "/sys", fstype: "sysfs", flags: ["ro", "nosuid", "nodev", "noexec"] },
	{ at: "/sys/fs/cgroup", fstype: "cgroup2", flags: ["ro", "nosuid", "nodev", "noexec"] },
];

/** The facts of this lesson. */
export function deriveMounts(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const box = commandAt(observation, DURING);
	const pattern = { "host.core-pattern": corePattern(observation, drawn) };
	if (box === null) return pattern;
	const dev = box.rootTrees["dev"] ?? [];
	const flawsAt = (top: string) =>
		MOUNTS.filter(({ at }) => at.startsWith(top)).flatMap((wanted) => flaws(box, wanted));
	return {
		...pattern,
		"dev.mount": ownDev(observation.before, box, dev),
		"dev.devices": devices(dev, drawn).map(({ path, kind, device }) => `${path} ${kind} ${device}`),
		"dev.modes": wrongModes(dev, drawn),
		"dev.links": Object.keys(LINKS).filter((name) => !LINKS[name]?.test(linkAt(dev, name))),
		"dev.pts": ownTerminals(observation.before, box),
		"dev.ptmx": ptmx(dev),
		"dev.mounts": [...flawsAt("/dev"), ...shmModeFlaw(box, dev)],
		"sys.mounts": flawsAt("/sys"),
		"cgroup.top": cgroupTop(box),
		// If something else is mounted there, proc.hidden says so.
		"proc.writable": READ_ONLY.map((path) => ({ path, mount: mountAt(box, path) }))
			.filter(({ mount }) => mount?.fstype === "proc" && !isReadOnly(mount))
			.map(({ path }) => path),
		"proc.rest": isReadOnly(mountAt(box, "/proc")) ? "read-only" : "writable",
		"proc.hidden": READ_ONLY.filter((path) => mountAt(box, path)?.fstype !== "proc"),
		"proc.readable": MASKED.filter((path) => ["proc", "sysfs"].includes(mountAt(box, path)?.fstype ?? "")),
		...Object.fromEntries(NAME_FILES.map((path) => [path.replace("/", "."), nameFile(box, path, drawn)])),
	};
}

/**
 * The mount that a path is on, for a process whose root is `/`. Not simply the last line with the longest mount point: a
 * mount that was made before its directory was covered is still in the table, but no path leads there.
 */
export function mountAt({ mounts }: Pick<ProcessState, "mounts">, path: string): Mount | undefined {
	const isOn = ({ mountPoint }: Mount) => mountPoint === "/" || `${path}/`.startsWith(`${mountPoint}/`);
	let found = mounts.find(
		({ mountPoint, parentId }) => mountPoint === "/" && !mounts.some(({ id }) => id === parentId),
	);
	for (let next = found; next !== undefined; ) {
		found = next;
		const { id } = found;
		const below = mounts.filter((mount) => mount.parentId === id && mount.id !== id && isOn(mount));
		// The way to the path meets the shortest mount point first. A later mount covers an earlier one.
		const length = Math.min(...below.map(({ mountPoint }) => mountPoint.length));
		next = below.findLast(({ mountPoint }) => mountPoint.length === length);
	}
	return found;
}

const flagsOf = (mount: Mount | undefined) => [
	...(mount?.flags.split(",") ?? []),
	...(mount?.options.split(",") ?? []),
];
const isReadOnly = (mount: Mount | undefined) => flagsOf(mount).includes("ro");

function flaws(box: ProcessState, { at, fstype, flags }: (typeof MOUNTS)[number]): string[] {
	const mount = mountAt(box, at);
	if (mount?.mountPoint !== at || mount.fstype !== fstype) return [`${at}: no ${fstype}`];
	const missing = flags.filter((flag) => !flagsOf(mount).includes(flag));
	return missing.length === 0 ? [] : [`${at}: without ${missing.join(", ")}`];
}

function ownDev(before: HostState, box: ProcessState, dev: readonly Entry[]): string {
	const mount = mountAt(box, "/dev");
	if (mount === undefined || mount.mountPoint !== "/dev") return "a directory of the image";
	const isHosts = before.mounts.some(({ device }) => device === mount.device);
	if (isHosts || mount.fstype === "devtmpfs") return "the host's";
	if (flagsOf(mount).includes("nodev")) return "its own, without access to devices";
	const mode = dev.find(({ path }) => path === ".")?.mode ?? 0o755;
	return (mode & 0o022) === 0 ? "its own" : "its own, and not only root may write in it";
}

// ptmx belongs to the terminals, and not to this list. /dev/console stays in the list, because only a container with a
// terminal should have it.
const devices = (dev: readonly Entry[], { device }: RandomInputs) =>
	dev
		.filter(({ kind, path }) => ["char", "block"].includes(kind) && path !== "ptmx" && !path.startsWith("pts/"))
		.map((entry) => (entry.path === device ? { ...entry, path: "‹device›" } : entry));

function wrongModes(dev: readonly Entry[], drawn: RandomInputs): string[] {
	const wanted = (path: string) => (path === "‹device›" ? EXTRA.mode : path in DEVICES ? 0o666 : undefined);
	return devices(dev, drawn)
		.filter(({ path, mode }) => wanted(path) !== undefined && wanted(path) !== mode)
		.map(({ path, mode }) => `/dev/${path}: 0${mode.toString(8)}`);
}

function linkAt(dev: readonly Entry[], name: string): string {
	const entry = dev.find(({ path }) => path === name);
	return entry?.kind === "symlink" ? entry.text : "";
}

function ownTerminals(before: HostState, box: ProcessState): string {
	const mount = mountAt(box, "/dev/pts");
	if (mount?.mountPoint !== "/dev/pts" || mount.fstype !== "devpts") return "none";
	if (before.mounts.some(({ device }) => device === mount.device)) return "the host's";
	return flagsOf(mount).includes("nodev") ? "its own, without access to devices" : "its own";
}

// The mode of what is mounted on /dev/shm. If nothing is, another flaw says so.
function shmModeFlaw(box: ProcessState, dev: readonly Entry[]): string[] {
	if (mountAt(box, "/dev/shm")?.mountPoint !== "/dev/shm") return [];
	const mode = dev.find(({ path }) => path === "shm")?.mode ?? 0o1777;
	return mode === 0o1777 ? [] : [`/dev/shm: mode 0${mode.toString(8)}`];
}

// A device file 5:2 beside the directory pts is as good as a link: if it is opened, the kernel looks for pts in
// the same directory.
function ptmx(dev: readonly Entry[]): string {
	const at = (name: string) => dev.find(({ path }) => path === name);
	const entry = at("ptmx");
	const isLink = entry?.kind === "symlink" && /^(\.\/|\/dev\/)?pts\/ptmx$/.test(entry.text);
	const opened = isLink ? at("pts/ptmx") : entry;
	if (opened?.kind !== "char" || opened.device !== "5:2") return "leads to no terminals";
	return (opened.mode & 0o666) === 0o666 ? "for everybody" : `not for everybody: mode 0${opened.mode.toString(8)}`;
}

// The agent is in the host's cgroup namespace. So it reads the root of the mount, and the command's cgroup, as paths
// that begin at the host's top.
function cgroupTop(box: ProcessState): string {
	const mount = mountAt(box, "/sys/fs/cgroup");
	if (mount?.fstype !== "cgroup2") return "nothing is mounted";
	const own = box.cgroup.replace(/^0::/, "");
	return mount.root === own ? "its own cgroup" : mount.root === "/" ? "the host's" : "another cgroup";
}

function corePattern({ programs }: Observation, drawn: RandomInputs): string {
	const read = programs[PATTERN]?.stdout.trim() ?? "";
	if (read === "") return "could not be read";
	return read === drawn["pattern"] ? "changed from inside" : "unchanged";
}

// Whether a file in /etc says what it should. Comments, spaces and the order of the lines do not matter, except in
// /etc/hostname, which must say nothing but the name.
function nameFile(box: ProcessState, path: string, { hostname, address, ...drawn }: RandomInputs): string {
	const entry = box.files[path];
	if (entry === null || entry === undefined) return "missing";
	const lines = entry.text.split("\n").map((line) => line.replace(/#.*/, "").trim().split(/\s+/));
	const has = (...words: (string | undefined)[]) =>
		lines.some(([first, ...rest]) => first === words[0] && words.slice(1).every((word) => rest.includes(word ?? "")));
	if (path === "etc/hostname") return entry.text.trim() === hostname ? "right" : "another name";
	if (path === "etc/resolv.conf") {
		// The resolver reads one address a line: resolv.conf(5).
		const servers = lines.filter(([keyword]) => keyword === "nameserver").map(([, server]) => server);
		const wanted = [drawn["nameserver"], drawn["otherNameserver"]];
		return wanted.every((server) => servers.includes(server)) ? "right" : "without a line for each name server";
	}
	if (!has("127.0.0.1", "localhost")) return "without localhost";
	return has(address, hostname) ? "right" : "without the container's own name";
}
