import type * as v from "valibot";

/**
 * A subject is one thing that the kernel shows of a host and of a process on it. Its file here says what a reading of it
 * is, as schemas, because the guest is not trusted; and how `drydock inspect` shows it. Its file in guest/ reads it.
 *
 * What is always read are the facts that every check needs. All else is read only where a run asks for the subject by
 * its name; otherwise it is null or empty.
 */
export type Subject<Host extends v.ObjectEntries, Process extends v.ObjectEntries, Asked = never> = Shown<
	Host,
	Process
> &
	Rehearsed<Asked>;

interface Shown<Host extends v.ObjectEntries, Process extends v.ObjectEntries> {
	/** What it adds to a host's state. */
	host: Host;
	/** What it adds to a process's state. */
	process: Process;
	/** Under which heading `drydock inspect` shows it. */
	section?: SectionTitle;
	/** Sets a command beside the host that it runs on; see {@link Row}. */
	rows?(host: Read<Host> & Placed, process: Read<Process> & Placed): Row[];
}

/** Where more than what is always read can be asked for: an example of that, with which the agent rehearses. */
type Rehearsed<Asked> = [Asked] extends [never] ? { rehearsed?: never } : { rehearsed: Asked };

/** What was read, once a schema has taken it. */
export type Read<Entries extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<Entries, undefined>>;

/** The namespaces of a process: they tell what it shares with the host. */
interface Placed {
	namespaces: Record<string, string>;
}

/** The headings of `drydock inspect`, in their order. */
export const SECTIONS = ["namespaces", "what it sees", "processes", "cgroup", "network", "overlay", "rights"] as const;
type SectionTitle = (typeof SECTIONS)[number];

/** One thing that can be read of both. */
export interface Row {
	label: string;
	/** Null where there is nothing to compare with. */
	host: string[] | null;
	/** Null where it is the host's. */
	container: string[] | null;
}

/** A row of what both have. */
export function row(label: string, host: string[], container: string[]): Row {
	return { label, host, container: host.join("\n") === container.join("\n") ? null : container };
}

/** A row of what is not compared with the host. */
export function containersRow(label: string, ...lines: string[]): Row {
	return { label, host: null, container: lines };
}
