import type { Answers } from "./events.ts";

/** One question, and what the kernel answers the host and the container at the same moment. */
export interface Answer {
	question: string;
	host: string;
	container: string;
	/** The two are not the same. */
	differs: boolean;
	/** It was another answer before. */
	changed: boolean;
}

/** Kinds of namespace, in the order of the lessons. */
const KINDS = ["uts", "ipc", "mnt", "pid", "cgroup", "net", "user"];

/**
 * Asks the kernel's view the questions of the lessons.
 * @param before the view that it is compared with
 */
export function answersOf(view: Answers, before: Answers | null): Answer[] {
	const old = before === null ? null : asked(before);
	return asked(view).map(([question, host, container]) => {
		const was = old?.find(([asked]) => asked === question);
		const changed = was !== undefined && (was[1] !== host || was[2] !== container);
		return { question, host, container, differs: host !== container, changed };
	});
}

function asked({ host, shells }: Answers): [question: string, host: string, container: string][] {
	const { container } = shells;
	const mine = shells["host"];
	const of = (read: (shell: NonNullable<typeof container>) => string) => (container ? read(container) : "–");
	const ofHost = (read: (shell: NonNullable<typeof container>) => string) => (mine ? read(mine) : "–");
	return [
		["hostname", ofHost(({ hostname }) => hostname), of(({ hostname }) => hostname)],
		["namespaces", cells(mine?.namespaces, host.namespaces), cells(container?.namespaces, host.namespaces)],
		["process", ofHost(processOf), of(processOf)],
		["/proc has", ofHost(seen), of(seen)],
		["mounts", ofHost(mountsOf), of(mountsOf)],
		["addresses", ofHost(addresses), of(addresses)],
	];
}

type ShellState = NonNullable<Answers["shells"][string]>;

// The kinds that it has of its own.
function cells(namespaces: Record<string, string> | undefined, host: Record<string, string>): string {
	if (namespaces === undefined) return "–";
	const own = KINDS.filter((kind) => namespaces[kind] !== host[kind]);
	return own.length === 0 ? "the host's" : `own ${own.join(" ")}`;
}

function processOf({ arguments: words, nsPids }: ShellState): string {
	const name = words[0]?.replace(/^.*\//, "") ?? "?";
	const [outer, ...inner] = nsPids;
	return inner.length === 0 ? `${name}, pid ${outer}` : `${name}, pid ${inner.at(-1)}; for the host ${outer}`;
}

function seen({ procPids }: ShellState): string {
	if (procPids === null) return "nothing";
	return `${procPids.length} ${procPids.length === 1 ? "process" : "processes"}`;
}

function mountsOf({ mounts }: ShellState): string {
	const root = mounts.findLast(({ mountPoint }) => mountPoint === "/");
	return `${mounts.length}, / is ${root?.fstype ?? "?"}${root === undefined || root.root === "/" ? "" : ` ${root.root}`}`;
}

function addresses({ links }: ShellState): string {
	const all = links.flatMap(({ addresses }) => addresses).filter((address) => !address.includes(":"));
	return all.length === 0 ? "none" : all.join(" ");
}
