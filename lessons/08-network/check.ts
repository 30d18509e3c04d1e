import {
	BOX,
	commandAt,
	DURING,
	defineCheck,
	type FactValue,
	type HostState,
	identityOf,
	nameOf,
	type Observation,
} from "../../harness/grade/index.ts";
import { facts } from "./facts.ts";
import { refusals } from "./refusals.ts";
import { answer, draw, ENDED, HALF_WAY, NOT_TRIED, OTHER, type Question, scenario } from "./scenario.ts";

const ANSWERS: Question[] = [
	...(["box.lo", "box.host", "box.world", "host.box", "host.port"] as const),
	...(["host.elsewhere", "container.elsewhere"] as const),
	...(["other.host", "other.world", "later.port", "later.gone"] as const),
];
/** Answered with the address that was seen to ask. */
const SEEN: [Question, fact: string][] = [
	["box.other", "seen.other"],
	["host.fromWorld", "seen.published"],
];

function derive(observation: Observation): Record<string, FactValue> {
	const { before, after, moments, containers } = observation;
	const ended = moments[ENDED]?.host ?? before;
	const all = [...Object.values(moments).map(({ host }) => host), after];
	const second = containers[OTHER]?.ending;
	return {
		...otherNamespace(observation),
		...(second === undefined
			? {}
			: { "other.ending": second.how === "returned" ? `returned ${second.value}` : second.how }),
		...Object.fromEntries(ANSWERS.map((question) => [question, answer(observation, question)])),
		...Object.fromEntries(
			SEEN.flatMap(([question, fact]) => {
				const said = answer(observation, question);
				return [
					[question, /^\d+\.\d+\.\d+\.\d+$/.test(said) ? "answered" : said],
					[fact, said],
				];
			}),
		),
		"left.links": newIn(before, ended, linksOf),
		"left.rules": newRules(before, ended),
		"left.mounts": newIn(before, ended, mountsOf),
		"left.namespaces": held(observation),
		"left.helpers": helpersLeft(observation),
		"lost.rules": [...new Set(all.flatMap((now) => newRules(now, before)))],
		// An address that is not refused fails nothing half-way.
		"halfway.left":
			containers[HALF_WAY]?.ending.how === "threw"
				? [...[linksOf, mountsOf].flatMap((part) => newIn(ended, after, part)), ...newRules(ended, after)]
				: [],
	};
}

function otherNamespace(observation: Observation): Record<string, string> {
	const [box, other] = [BOX, OTHER].map((name) => commandAt(observation, DURING, name)?.namespaces["net"]);
	if (box === undefined || other === undefined) return { "ns.net.other": NOT_TRIED };
	const host = observation.before.namespaces["net"];
	return { "ns.net.other": other === host ? "the host's" : other === box ? "the first container's" : "its own" };
}

/** How many of the containers' network namespaces an engine has still open: it is looked at before it goes. */
function held({ before, programs }: Observation): number {
	const open = new Set((programs["settled"]?.stdout ?? "").split("\n").filter((line) => line !== ""));
	return open.size - (open.has(before.namespaces["net"] ?? "") ? 1 : 0);
}

/** Processes that were not there before; without those of the servers that were, which take their time to hang up. */
function helpersLeft({ before, after, containers }: Observation): string[] {
	// An engine that was still at work when its time was up has not left anything yet.
	if (containers[HALF_WAY]?.ending.how === "hung") return [];
	const known = new Set(before.tasks.map(identityOf));
	const servers = new Set(before.tasks.filter(({ comm }) => comm === "busybox").map(({ pid }) => pid));
	return after.tasks
		.filter((task) => !known.has(identityOf(task)) && !servers.has(task.ppid))
		.map((task) => `${nameOf(task)} (${task.state})`);
}

const linksOf = ({ network }: HostState) => [
	...(network?.links ?? []).flatMap(({ name, addresses }) => [name, ...addresses.map((one) => `${name} ${one}`)]),
	...(network?.routes ?? []).map(({ destination, device }) => `route to ${destination} through ${device}`),
];
const mountsOf = ({ mounts }: HostState) => mounts.map(({ mountPoint }) => mountPoint);

function newIn(before: HostState, now: HostState, read: (host: HostState) => string[]): string[] {
	const known = new Set(read(before));
	return read(now).filter((item) => !known.has(item));
}

/** Of a table that was not there, its name; of one that was, the lines that are new in it. */
function newRules(before: HostState, now: HostState): string[] {
	const known = tablesOf(before);
	return [...tablesOf(now)].flatMap(([table, lines]) => {
		const others = known.get(table);
		return others === undefined ? [table] : lines.filter((line) => !others.includes(line));
	});
}

// As nft lists them: "table ip nat {", what is in it, and a brace.
function tablesOf({ network }: HostState): Map<string, string[]> {
	let lines: string[] = [];
	const tables = new Map([["", lines]]);
	for (const line of (network?.rules ?? []).map((text) => text.trim())) {
		const table = /^table .*(?= \{$)/.exec(line)?.[0];
		if (table === undefined && line !== "}") lines.push(line);
		if (table === undefined) continue;
		lines = [];
		tables.set(table, lines);
	}
	return tables;
}

export default defineCheck({
	module: "network.ts",
	exported: "connect",
	weight: 20,
	learnt:
		"A network namespace starts with nothing but a loopback that is down. A veth pair is the cable out of it, a bridge is the switch, and NAT lends the containers the host's address. All of it is made of single things, and each of them has to be removed.",
	draw,
	scenario,
	derive,
	facts,
	exceptions: refusals,
});
