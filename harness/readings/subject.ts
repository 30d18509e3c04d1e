import type * as v from "valibot";

/**
 * A subject is one thing that the kernel shows of a host and of a process on it, such as mounts. Its file in readings/
 * has the schemas of its readings, because the computer outside does not trust the guest. That file also says how
 * `drydock inspect` shows the readings. Its file in readings/guest/ reads them.
 *
 * Some fields are always read, because every check needs them. The other fields are read only if a run or a stage asks
 * for the subject by its name. Otherwise they are null or empty.
 */
export interface Subject<Host extends v.ObjectEntries, Process extends v.ObjectEntries> {
	/** The fields that the subject adds to a host's state. */
	host: Host;
	/** The fields that the subject adds to a process's state. */
	process: Process;
}

/**
 * How `drydock inspect` shows a subject. It is not a part of the subject, so that programs without `inspect` do not
 * contain it: a new label must change neither the guest's programs nor the code that judges.
 */
export interface Inspection<Of extends Subject<v.ObjectEntries, v.ObjectEntries>> {
	/** The heading under which the subject is shown. */
	section: SectionTitle;
	/** Compares a command with the host that it runs on; see {@link Row}. */
	rows(host: Read<Of["host"]> & WithNamespaces, process: Read<Of["process"]> & WithNamespaces): Row[];
}

/** A reading that its schema has accepted. */
export type Read<Entries extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<Entries, undefined>>;

/** The namespaces of a process. They show what the process shares with the host. */
interface WithNamespaces {
	namespaces: Record<string, string>;
}

/** The headings of `drydock inspect`, in their order. */
export const SECTIONS = [
	"namespaces",
	"hostname and files",
	"processes",
	"cgroup",
	"network",
	"overlay",
	"rights",
] as const;
type SectionTitle = (typeof SECTIONS)[number];

/** One row of a comparison of host and container. */
export interface Row {
	label: string;
	/** Null if the row has nothing of the host. */
	host: string[] | null;
	/** Null if it is the same as the host's. */
	container: string[] | null;
}

/** Makes a row for something that the host and the container both have. */
export function row(label: string, host: string[], container: string[]): Row {
	return { label, host, container: host.join("\n") === container.join("\n") ? null : container };
}

/** Makes a row for something of the container that is not compared with the host. */
export function containerRow(label: string, ...lines: string[]): Row {
	return { label, host: null, container: lines };
}
