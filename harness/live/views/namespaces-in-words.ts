import { type NamespaceKind, type NamespacesPicture, SHOWN_PROCESSES, type ShownProcess } from "./namespaces.ts";
import { listed, theShell } from "./phrases.ts";

/** Which processes share which namespace: a line for each kind of namespace. Ends with the latest change, if any. */
export function namespacesInWords({ kinds, latestChange }: NamespacesPicture): string[] {
	return [...kinds.map(lineOf), ...(latestChange === "" ? [] : [latestChange])];
}

// "uts (hostname): the host and the host's shell share one; the container's shell has its own".
function lineOf({ kind, isolates, cells }: NamespaceKind): string {
	const letters = [...new Set(SHOWN_PROCESSES.flatMap((process) => cells[process]?.letter ?? []))];
	const groups = letters.map((letter) => {
		const members = SHOWN_PROCESSES.filter((process) => cells[process]?.letter === letter);
		const names = listed(members.map(nameOf));
		if (members.length === Object.keys(cells).length) return "all share one";
		return members.length > 1 ? `${names} share one` : `${names} has its own`;
	});
	const children = SHOWN_PROCESSES.filter((process) => cells[process]?.forChildren != null).map(
		(process) => `children of ${nameOf(process)} will be in another`,
	);
	return `${kind} (${isolates}): ${[...groups, ...children].join("; ")}`;
}

const nameOf = (process: ShownProcess) => (process === "init" ? "the host" : theShell(process));
