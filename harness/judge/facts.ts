import type { Ending, Entry, HostState, Mount, Observation, ProcessState, Task } from "../protocol/index.ts";
import { programName } from "../readings/tasks.ts";
import { type Check, commandAt, EXIT_CODE, exitCodeOf, primaryOf, type Rootfs } from "./check.ts";
import { hostFiles, placeOnHost, rootOf } from "./host-files.ts";
import type { Facts, FactValue, RandomInputs } from "./values.ts";

/** Directories of the host whose files every run reads. The first holds the host's name and configuration. */
export const HOST_FILES = ["/etc", "/root"] as const;

/**
 * Derives facts from an observation. The facts of two runs can be compared: a number that differs from run to run is
 * replaced by its meaning, such as "new" for a namespace that is not the host's, and a drawn value by `‹name›`. There
 * is no fact for what could not be read.
 */
export function deriveFacts(
	check: Pick<Check, "derive" | "primary" | "rootfs" | "scenario">,
	observation: Observation,
	drawn: RandomInputs,
): Facts {
	const { before, after } = observation;
	const { call, moment } = primaryOf(check);
	const ending = endingOf(observation, call);
	const during = observation.moments[moment];
	const process = commandAt(observation, moment, call);
	const facts: Record<string, FactValue> = {
		ending: ending.how === "returned" ? returnedText(ending.value, drawn) : howItEnded(ending),
		"command.ran": process !== null,
		...hostFacts("after", before, after),
		"engine.place": enginePlace(observation),
		"input.taken": inputTaken(check, observation, drawn),
	};
	// An engine that was killed or did not get to its end leaves everything behind. That says nothing about the exercise.
	if (ending.how === "returned")
		facts["left.processes"] = addedItems(
			before.tasks,
			// Ended processes whose parent is the host's init are left out: init will soon reap them.
			after.tasks.filter((task) => !hasEnded(task) || task.ppid !== 1),
			(task) => `${programName(task)} (${task.state})`,
			taskIdentity,
		);
	if (during !== undefined && process !== null)
		Object.assign(
			facts,
			hostFacts("during", before, during.host),
			processFacts(before, process, check.rootfs?.(drawn)),
			{
				// How many processes run the command, this one included.
				"command.copies": process.copies,
			},
		);
	return withPlaceholders({ ...facts, ...check.derive?.(observation, drawn) }, drawn);
}

/**
 * Whether a process has ended. It is still listed, in state Z, until its parent has waited for it. A PID namespace's init
 * that has ended is in state I until all other processes of the namespace have been reaped: the kernel's function
 * zap_pid_ns_processes waits for them.
 */
export const hasEnded = ({ state }: Pick<Task, "state">): boolean => state === "Z" || state === "I";

/** Identifies a process across readings. The pid alone does not: the kernel reuses pids. */
export const taskIdentity = ({ pid, startTicks }: Pick<Task, "pid" | "startTicks">): string => `${pid} ${startTicks}`;

// The drawn exit code differs in every run, so its name stands for it.
function returnedText(value: unknown, drawn: RandomInputs): string {
	return `returned ${value === exitCodeOf(drawn) ? `‹${EXIT_CODE}›` : JSON.stringify(value)}`;
}

/** How a call ended. */
export function endingOf({ calls }: Observation, name: string): Ending {
	const call = calls[name];
	if (call === undefined) throw new Error(`a scenario without the call ${name}`);
	return call.ending;
}

const ENDINGS: Record<Ending["how"], string> = {
	returned: "returned",
	threw: "threw an exception",
	"child-returned": "returned from a forked child as well",
	asynchronous: "returned a promise",
	exited: "exited before it was done",
	hung: "did not end",
};

/**
 * How a call ended, in words that follow "it". They name neither the returned value nor the exception.
 * @param ending undefined for a call that was never started
 */
export const howItEnded = (ending: Ending | undefined): string =>
	ending === undefined ? "was never started" : ENDINGS[ending.how];

// The containers whose command's input was read by a process other than the command. "The first container" is that of
// the primary call. Every other one is named by its call's name and `about`, as in the list of system calls.
function inputTaken(check: Pick<Check, "primary" | "scenario">, { calls }: Observation, drawn: RandomInputs): string[] {
	const names = Object.keys(calls).filter((name) => calls[name]?.inputTaken);
	const { calls: asked } = check.scenario(drawn);
	const shown = (name: string) => [`“${name}”`, asked[name]?.about].filter(Boolean).join(": ");
	return names.map((name) => (name === primaryOf(check).call ? "the first container" : shown(name)));
}

function hostFacts(when: "during" | "after", before: HostState, now: HostState): Record<string, FactValue> {
	const isEqual = <T>(one: T, other: T) => JSON.stringify(one) === JSON.stringify(other);
	return {
		[`host.hostname.${when}`]: now.hostname === before.hostname ? "unchanged" : now.hostname,
		[`host.domainname.${when}`]: now.domainname === before.domainname ? "unchanged" : now.domainname,
		[`host.mounts.${when}`]: addedItems(before.mounts, now.mounts, (mount) => mount.mountPoint, mountIdentity),
		[`host.unmounted.${when}`]: addedItems(now.mounts, before.mounts, (mount) => mount.mountPoint, mountIdentity),
		[`host.propagation.${when}`]: changedPropagation(before.mounts, now.mounts),
		[`host.queues.${when}`]: isEqual(before.queues, now.queues) ? "unchanged" : "changed",
		[`host.cgroups.${when}`]: addedItems(before.cgroups, now.cgroups, String),
		[`host.root.${when}`]: addedItems(before.root, now.root, String),
		[`host.links.${when}`]: isEqual(before.links, now.links) ? "unchanged" : "changed",
		[`host.files.${when}`]: HOST_FILES.flatMap((dir) => changedFiles(dir, before, now)),
	};
}

// New files count only in /etc, where each file is part of the host's configuration. A file that was rewritten with
// the same content counts as unchanged.
function changedFiles(dir: (typeof HOST_FILES)[number], before: HostState, now: HostState): string[] {
	const [old, present] = [before, now].map(
		({ trees }) => new Map((trees[dir] ?? []).map((entry) => [entry.path, contentOf(entry)])),
	) as [Map<string, string>, Map<string, string>];
	const fullPath = (path: string) => (path === "." ? dir : `${dir}/${path}`);
	const gone = [...old.keys()].filter((path) => !present.has(path)).map((path) => `${fullPath(path)} is gone`);
	const changed = [...present]
		.filter(([path, entry]) => old.has(path) && old.get(path) !== entry)
		.map(([path]) => `${fullPath(path)} was changed`);
	const added = [...present.keys()].filter((path) => dir === "/etc" && !old.has(path));
	return [...gone, ...changed, ...added.map((path) => `${fullPath(path)} is new`)];
}

// A directory's size is ignored: it depends on the number of files in it.
const contentOf = (entry: Entry) =>
	JSON.stringify({ ...entry, inode: 0, changedMs: 0, size: entry.kind === "directory" ? 0 : entry.size });

/**
 * How engines differed from the host: in a namespace, or in the root. Looks at every moment at which a command was
 * read, and names each difference once. Empty if no engine differed, or no command was read.
 */
function enginePlace({ before, moments }: Observation): string[] {
	const commandsRead = Object.values(moments).flatMap(({ commands }) =>
		Object.values(commands).flatMap((command) => (command === null ? [] : [command])),
	);
	const differences = commandsRead.flatMap(({ engineNamespaces, engineInHostRoot }) => [
		...Object.keys(engineNamespaces)
			.filter((kind) => engineNamespaces[kind] !== before.namespaces[kind])
			.map((kind) => `another ${kind} namespace`),
		...(engineInHostRoot ? [] : ["another root"]),
	]);
	return [...new Set(differences)];
}

function processFacts(before: HostState, process: ProcessState, rootfs?: Rootfs): Record<string, FactValue> {
	const namespaces = Object.entries(process.namespaces).map(([kind, id]) => [
		`ns.${kind}`,
		id === before.namespaces[kind] ? "the host's" : "new",
	]);
	const escapeResult = escapeOf(process);
	return {
		...Object.fromEntries(namespaces),
		"ns.split": process.splitNamespaces,
		"command.hostname": process.hostname,
		"command.queues": before.queues.some((key) => process.queues.includes(key))
			? "the host's are seen"
			: "none of the host's",
		"command.mounts.host": hostFiles(before.mounts, process.mounts, rootfs?.path).map((mount) => mount.mountPoint),
		"command.mounts.peers": peersOf(before.mounts, process.mounts).map((mount) => mount.mountPoint),
		"command.root": rootOf(before, process, rootfs),
		"command.cwd": process.cwdInsideRoot ? "inside its root" : "outside its root",
		...(escapeResult === undefined ? {} : { escape: escapeResult }),
		...(process.table === null ? {} : { "namespace.host": hostPlaces(before, process.table, rootfs?.path) }),
	};
}

// What the attempts to break out prove. An attempt is "" if it led to the host's files, "nowhere" if it did not, and an
// error if it could not be made. Undefined if nothing is proven: there were no attempts, a control attempt did not lead
// to the host's files, or an attempt could not be made and none led there.
function escapeOf({ escape: attempts }: ProcessState): string | undefined {
	if (attempts === null || attempts.control.climb !== "" || attempts.control.uncover !== "") return undefined;
	const results = [attempts.climb, attempts.uncover];
	if (results.includes("")) return "the host's files were reached";
	return results.every((why) => why === "nowhere") ? "refused" : undefined;
}

// What the mounts of a mount namespace show of the host's files outside of the rootfs: the paths on the host, each
// once.
function hostPlaces({ mounts }: HostState, table: NonNullable<ProcessState["table"]>, rootfs?: string): string[] {
	const places = hostFiles(mounts, table, rootfs).map((mount) => placeOnHost(mounts, mount) ?? "");
	return [...new Set(places)];
}

/** The mounts in `seen` that share a peer group with a mount of the host: both have `shared:N` with the same N. */
export function peersOf(host: readonly Mount[], seen: readonly Mount[]): Mount[] {
	const groups = new Set(host.flatMap(peerGroup));
	return seen.filter((mount) => peerGroup(mount).some((group) => groups.has(group)));
}

const peerGroup = (mount: Mount) => mount.propagation.filter((field) => field.startsWith("shared:"));

// Two mounts can have the same mount point, so the id is part of a mount's identity.
const mountIdentity = (mount: Mount) => `${mount.id} ${mount.mountPoint}`;

/** Whether mounts and unmounts below this mount propagate to peers. See mount_namespaces(7). */
export function isShared(mount: Mount): boolean {
	return peerGroup(mount).length > 0;
}

function changedPropagation(before: readonly Mount[], now: readonly Mount[]): string[] {
	const known = new Map(before.map((mount) => [mount.id, isShared(mount)]));
	return now
		.filter((mount) => known.has(mount.id) && known.get(mount.id) !== isShared(mount))
		.map((mount) => mount.mountPoint);
}

function addedItems<T>(
	before: readonly T[],
	now: readonly T[],
	show: (item: T) => string,
	identity: (item: T) => unknown = show,
): string[] {
	const known = new Set(before.map(identity));
	return now.filter((item) => !known.has(identity(item))).map(show);
}

function withPlaceholders(facts: Record<string, FactValue>, drawn: RandomInputs): Facts {
	// The exit code is not replaced: so short a number may also occur elsewhere in a text.
	const inputs = Object.entries(drawn).filter(([name]) => name !== EXIT_CODE);
	const replace = (text: string) => inputs.reduce((left, [name, value]) => left.replaceAll(value, `‹${name}›`), text);
	return mapStrings(facts, replace);
}

/** Replaces each `‹name›` by the value that was drawn for one run. */
export function withInputs(value: FactValue, drawn: RandomInputs): FactValue {
	const replace = (text: string) => text.replace(/‹(\w+)›/g, (whole, name: string) => drawn[name] ?? whole);
	return mapStrings({ value }, replace)["value"] ?? value;
}

function mapStrings(facts: Readonly<Record<string, FactValue>>, change: (text: string) => string): Facts {
	return Object.fromEntries(
		Object.entries(facts).map(([name, value]) => {
			if (typeof value === "string") return [name, change(value)];
			return [name, Array.isArray(value) ? value.map(change) : value];
		}),
	);
}
