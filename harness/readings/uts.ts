import { text } from "./bounded-schemas.ts";
import { type Inspection, row, type Subject } from "./subject.ts";

const host = {
	hostname: text,
	/** The NIS domain name, which a UTS namespace has beside the hostname. See uts_namespaces(7). */
	domainname: text,
};
const process = { hostname: text };

export const uts: Subject<typeof host, typeof process> = { host, process };

export const utsInspection: Inspection<typeof uts> = {
	section: "hostname and files",
	rows: (host, process) => [row("hostname", [host.hostname], [process.hostname])],
};
