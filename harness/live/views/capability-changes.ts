import { capabilityName } from "../../protocol/index.ts";
import type { CapabilitiesPicture, SetName, SetPicture } from "./capabilities-picture.ts";
import { counted, listed, theShell } from "./phrases.ts";

/** A sentence lists no more names than this. */
const NAMES_MAX = 3;

/** A capability's name as capsh prints it, without the prefix that all names have: "net_raw". */
export const shortName = (capability: number): string => capabilityName(capability).replace(/^CAP_/, "").toLowerCase();

/** Sets with the same capabilities. */
interface EqualSets {
	names: SetName[];
	capabilities: number[];
}

/** The sets of which this part is not empty. Sets in which the part is the same are together. */
export function equalSets(sets: readonly SetPicture[], part: "held" | "lost" | "won"): EqualSets[] {
	const groups = new Map<string, EqualSets>();
	for (const set of sets) {
		const capabilities = set[part];
		if (capabilities.length === 0) continue;
		const group = groups.get(capabilities.join()) ?? { names: [], capabilities };
		group.names.push(set.name);
		groups.set(capabilities.join(), group);
	}
	return [...groups.values()];
}

/**
 * What has just changed, in short sentences; empty if nothing has.
 * @param previous the process before the change; null if nothing has ever changed
 */
export function capabilityChangeText(
	previous: CapabilitiesPicture["process"],
	{ process, capabilities, sets, noNewPrivileges, seccompFilters }: CapabilitiesPicture,
): string {
	if (previous === null || process === null) return "";
	const [lost, won] = [changesText(sets, "lost", capabilities), changesText(sets, "won", capabilities)];
	const verbs = [lost === "" ? "" : `has lost ${lost}`, won === "" ? "" : `has won ${won}`];
	const filters = seccompFilters.before === seccompFilters.now ? "" : filtersText(seccompFilters);
	const facts = [...verbs, filters].filter((text) => text !== "");
	// The same process with another name has executed another program.
	const isExecve = previous.pid === process.pid && previous.name !== process.name;
	const subject = isExecve ? `after execve of ${process.name}, ${theShell("container")}` : theShell("container");
	const sentences = facts.map((fact, index) => `${index === 0 ? capital(subject) : "It"} ${fact}.`);
	if (noNewPrivileges.before !== noNewPrivileges.now) sentences.push(noNewPrivilegesText(noNewPrivileges.now));
	return sentences.join(" ");
}

function noNewPrivilegesText(isSet: boolean): string {
	return isSet ? "no_new_privs is set: execve grants nothing new." : "no_new_privs is not set.";
}

const filtersText = ({ before, now }: { before: number; now: number }) =>
	`has ${counted(now, "seccomp filter")}, before ${before}`;

// "30 capabilities in its permitted and effective sets, and net_raw in its ambient set".
function changesText(sets: readonly SetPicture[], part: "lost" | "won", capabilities: number): string {
	const texts = equalSets(sets, part).map((group) => {
		const where = `in its ${listed(group.names)} set${group.names.length === 1 ? "" : "s"}`;
		return `${amountText(group.capabilities, capabilities)} ${where}`;
	});
	return texts.join(", and ");
}

function amountText(numbers: readonly number[], capabilities: number): string {
	if (numbers.length <= NAMES_MAX) return listed(numbers.map(shortName));
	return numbers.length === capabilities ? `all ${capabilities} capabilities` : `${numbers.length} capabilities`;
}

const capital = (text: string) => `${text[0]?.toUpperCase()}${text.slice(1)}`;

/** "chown, kill and setuid"; "all 41", or "all but mknod" if few are missing. */
export function namesText(numbers: readonly number[], capabilities: number): string {
	if (numbers.length === 0) return "none";
	const missing = Array.from({ length: capabilities }, (_, number) => number).filter((one) => !numbers.includes(one));
	if (missing.length === 0) return `all ${capabilities}`;
	if (missing.length <= NAMES_MAX) return `all but ${listed(missing.map(shortName))}`;
	return listed(numbers.map(shortName));
}
