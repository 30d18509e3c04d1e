import { list, record, text } from "./bounded-schemas.ts";
import { type Inspection, row, type Subject } from "./subject.ts";

/** Namespaces of a process: `{ uts: "uts:[4026531838]", … }`, the links in /proc/PID/ns. See namespaces(7). */
export const Namespaces = record(text, text);

const host = { namespaces: Namespaces };
const process = {
	namespaces: Namespaces,
	/** The kinds of namespace that its threads do not share. */
	splitNamespaces: list(text),
};

export const namespaces: Subject<typeof host, typeof process> = { host, process };

export const namespacesInspection: Inspection<typeof namespaces> = {
	section: "namespaces",
	rows: (host, process) =>
		Object.entries(process.namespaces)
			.filter(([kind]) => !kind.endsWith("_for_children"))
			.map(([kind, id]) => row(kind, [numberOf(host.namespaces[kind])], [numberOf(id)])),
};

const numberOf = (id = "") => id.replace(/^\w+:\[(\d+)\]$/, "$1");
