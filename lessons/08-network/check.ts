import {
	BOX,
	commandAt,
	DURING,
	defineCheck,
	enginePlace,
	type FactValue,
	type HostState,
	howItEnded,
	type Observation,
	programName,
	taskIdentity,
} from "../../harness/judge/index.ts";
import { facts } from "./facts.ts";
import { engineStayedInside } from "./links.ts";
import { refusals } from "./refusals.ts";
import { answer, draw, ENDED, HALF_WAY, OTHER, type Question, scenario, seenAddress } from "./scenario.ts";

const QUESTIONS: Question[] = [
	...(["box.lo", "box.host", "box.other", "box.world", "box.elsewhere"] as const),
	...(["other.host", "other.world", "other.port"] as const),
	...(["host.box", "host.world", "host.first", "host.second", "host.bridge", "host.elsewhere"] as const),
	...(["world.host", "world.first", "world.second"] as const),
	...(["later.host", "later.world", "later.port", "later.gone", "later.goneFromHost"] as const),
];

function derive(observation: Observation): Record<string, FactValue> {
	const { before, after, moments, calls } = observation;
	const ended = moments[ENDED]?.host ?? before;
	const all = [...Object.values(moments).map(({ host }) => host), after];
	return {
		"ns.net.other": otherNamespace(observation),
		"other.ending": endingOf(calls[OTHER]),
		...Object.fromEntries(QUESTIONS.map((question) => [question, answer(observation, question)])),
		"seen.other": seenAddress(observation, "box.other"),
		"seen.published": seenAddress(observation, "world.first"),
		// Lost is what was there before and is missing now: the same functions, with the two readings exchanged.
		"lost.rules": [...new Set(all.flatMap((now) => newRules(now, before)))],
		"lost.links": [...new Set(all.flatMap((now) => newIn(now, before, linksOf)))],
		"left.links": newIn(before, ended, linksOf),
		"left.rules": newRules(before, ended),
		"left.mounts": newIn(before, ended, mountsOf),
		"left.namespaces": newNetworks(before, ended).length,
		"left.helpers": helpersLeft(observation),
		"left.alive": newIn(before, ended, peersOf).length,
		"halfway.ending": endingOf(calls[HALF_WAY]),
		"halfway.left": leftHalfWay(observation, ended),
	};
}

const endingOf = (container: Observation["calls"][string] | undefined) =>
	container?.ending.how === "returned" ? `returned ${container.ending.value}` : howItEnded(container?.ending);

function otherNamespace(observation: Observation): string {
	const [box, other] = [BOX, OTHER].map((name) => commandAt(observation, DURING, name)?.namespaces["net"]);
	if (other === undefined) return "its command did not run";
	const host = observation.before.namespaces["net"];
	return other === host ? "the host's" : other === box ? "the first container's" : "its own";
}

/** Processes that exist now and did not exist before. */
function helpersLeft({ before, after, moments, calls }: Observation): string[] {
	const known = new Set(before.tasks.map(taskIdentity));
	// If the third engine was still working when time ran out, its processes have not been left behind. So this looks at
	// the moment when the other two containers had ended, and the third had not started.
	const now = calls[HALF_WAY]?.ending.how === "hung" ? (moments[ENDED]?.host ?? before) : after;
	return now.tasks
		.filter((task) => !known.has(taskIdentity(task)))
		.map((task) => `${programName(task)} (${task.state})`);
}

// The links, addresses and routes of the host, and what else is configured, as text: see `further` in
// harness/readings/network.ts.
const linksOf = ({ network }: HostState) => [
	...(network?.links ?? []).flatMap(({ name, addresses }) => [name, ...addresses.map((one) => `${name} ${one}`)]),
	...(network?.routes ?? []).map(({ destination, device }) => `route to ${destination} through ${device}`),
	...(network?.further ?? []),
];

// ip-netns(8) mounts this directory on itself when it is first used, and does not unmount it.
const NAMED_NAMESPACES = "/run/netns";
const mountsOf = ({ mounts }: HostState) =>
	mounts.map(({ mountPoint }) => mountPoint).filter((mountPoint) => mountPoint !== NAMED_NAMESPACES);

function newIn(before: HostState, now: HostState, read: (host: HostState) => string[]): string[] {
	const known = new Set(read(before));
	return read(now).filter((item) => !known.has(item));
}

// Network namespaces that a process has open now, and that no process had open before. The host's own does not count:
// it is alive without descriptors.
function newNetworks(before: HostState, now: HostState): string[] {
	return newIn(before, now, ({ openNetworks }) => openNetworks).filter((one) => one !== before.namespaces["net"]);
}

// The host has a number for every other network namespace that was connected to it, as long as that namespace lives.
const peersOf = ({ network }: HostState) => (network?.peers ?? []).map(String);

function leftHalfWay(observation: Observation, ended: HostState): string[] {
	const { after } = observation;
	const left = [
		...[linksOf, mountsOf].flatMap((part) => newIn(ended, after, part)),
		...newRules(ended, after),
		...newNetworks(ended, after).map(() => "an open descriptor of a network namespace"),
	];
	// If something else is left, it may be what keeps the namespace alive.
	if (left.length > 0 || helpersLeft(observation).length > 0) return left;
	return newIn(ended, after, peersOf).map(() => "a network namespace that is still alive");
}

/** What only the ruleset of `now` has: the names of new tables, and the new lines of tables that were there before. */
function newRules(before: HostState, now: HostState): string[] {
	const known = tablesOf(before);
	return [...tablesOf(now)].flatMap(([table, lines]) => {
		const others = known.get(table);
		return others === undefined ? [table] : lines.filter((line) => !others.includes(line));
	});
}

// The lines of each table, by its name, such as "table ip nat". The format of nft list ruleset: "table ip nat {", the
// table's lines, and a closing brace.
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
	groups: [
		{ title: "a network namespace of its own", points: 2, facts: ["ns.net", "ns.net.other", "box.lo"] },
		{ title: "a cable to the host", points: 3, facts: ["other.ending", "box.host", "host.box"] },
		{ title: "containers that reach each other", points: 2, facts: ["box.other", "seen.other", "other.host"] },
		{
			title: "a way to the world",
			points: 3,
			facts: ["box.world", "other.world", "box.elsewhere"],
			onlyWith: ["a cable to the host"],
		},
		{
			title: "published ports",
			points: 4,
			facts: [
				"world.first",
				"seen.published",
				"world.second",
				"host.first",
				"host.second",
				"host.bridge",
				"other.port",
			],
		},
		{
			title: "a network that outlasts another container",
			points: 2,
			facts: ["later.host", "later.world", "later.port"],
		},
		{
			title: "everything is removed",
			points: 3,
			facts: [
				...["later.gone", "later.goneFromHost", "left.links", "left.rules", "left.mounts", "left.namespaces"],
				...["left.helpers", "left.alive", "halfway.ending", "halfway.left"],
			],
			onlyWith: ["a cable to the host", "published ports"],
		},
	],
	lessonSummary:
		"A network namespace starts with nothing but a loopback that is down. A veth pair is the cable out of it, a bridge is the switch, and NAT replaces the source of the containers' packets by the host's address. These are separate things, and the engine must remove each of them.",
	draw,
	scenario,
	derive,
	facts: [enginePlace("connect", engineStayedInside), ...facts],
	exceptions: refusals,
});
