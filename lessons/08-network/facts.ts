import type { Context, Explanation, FactRule, FactValue, MadeOf } from "../../harness/judge/index.ts";
import {
	flushed,
	gone,
	halfWay,
	links,
	linksLost,
	mountsLeft,
	namespacesAlive,
	namespacesHeld,
	notRefused,
	processesLeft,
	rulesLeft,
	stillLed,
} from "./leftovers.ts";
import { each, link, loopback, sameNamespace, second, secondEnding, separate } from "./links.ts";
import {
	astray,
	containerAnswers,
	cutOff,
	fromBridge,
	fromHost,
	fromOutside,
	hidden,
	secondPort,
	tooWide,
	world,
} from "./packets.ts";
import { type Question, REFUSED } from "./scenario.ts";

/**
 * A fact that is only judged when the facts before it are right. If one of those is wrong, its finding gives the
 * reason.
 */
interface Told {
	fact: string;
	/** Default: `kernel`. */
	madeOf?: MadeOf;
	right: FactValue;
	what: string;
	/** Facts that must be right before this one is judged. */
	given: string[];
	/** Whether a finding about the ending of the exercise gives the reason. */
	excused?: (context: Context) => boolean;
	explain: Explanation[];
}

const APART = ["ns.net", "ns.net.other"];
const LINKED = ["box.host", "host.box"];

const asked = (fact: Question, right: string, what: string, given: string[], explain: Explanation[]): Told => ({
	...{ fact, right, madeOf: "answer" as const, given: [...APART, ...given], explain },
	what: right === REFUSED ? `what comes of asking ${what}` : `who answers: ${what}`,
});

/** What the kernel must show: first for the container, then outwards from it, and last what is left behind. */
const TOLD: Told[] = [
	{ fact: "ns.net", right: "new", what: "the container's network namespace", given: [], explain: separate },
	{
		...{ fact: "other.ending", madeOf: "exercise" as const, right: "returned 0", given: [], explain: secondEnding },
		excused: ({ ending }) => ending.how !== "returned",
		what: "the end of a second container, started while the first one runs",
	},
	{
		...{ fact: "ns.net.other", right: "its own", given: ["ns.net", "other.ending"], explain: sameNamespace },
		what: "the second container's network namespace",
	},
	asked("box.lo", "box", "the container itself, asked from inside at 127.0.0.1", [], loopback),
	asked(
		"box.host",
		"host",
		"the host, asked from the container at the bridge's address",
		[],
		[containerAnswers, ...link],
	),
	asked("host.box", "box", "the container, asked from the host", [], link),
	asked("box.other", "other", "the second container, asked from the first", LINKED, each),
	{
		...{
			fact: "seen.other",
			madeOf: "answer" as const,
			right: "‹address›",
			given: [...APART, "box.other"],
			explain: tooWide,
		},
		what: "who has asked, as the second container sees it",
	},
	asked("host.world", "world", "a server beyond the host, asked from the host itself", [], cutOff),
	asked("world.host", "host", "the host, asked from beyond it at a port that is not published", [], cutOff),
	asked("box.world", "world", "a server beyond the host, asked from the container", [...LINKED, "host.world"], world),
	asked("world.first", "box", "the published port, asked from beyond the host", ["box.world"], fromOutside),
	{
		...{
			fact: "seen.published",
			madeOf: "answer" as const,
			right: "‹world›",
			given: [...APART, "world.first"],
			explain: hidden,
		},
		what: "who has asked from out there, as the container sees it",
	},
	asked("world.second", "box", "the second published port, asked from beyond the host", ["world.first"], secondPort),
	asked("host.first", "box", "the published port, asked from the host itself", ["world.first"], fromHost),
	asked("host.second", "box", "the second one, asked from the host itself", ["world.second", "host.first"], secondPort),
	asked(
		"host.bridge",
		"box",
		"the published port, asked from the host at another address of its own",
		["host.first"],
		fromBridge,
	),
	asked("other.host", "host", "the host, asked from the second container", LINKED, second),
	asked(
		"other.world",
		"world",
		"a server beyond the host, asked from the second container",
		["box.world", "other.host"],
		second,
	),
	asked(
		"other.port",
		"other",
		"the second container's published port, asked from beyond the host",
		["world.first", "other.host"],
		second,
	),
	asked(
		"host.elsewhere",
		"world",
		"the published port's number at somebody else's address, asked from the host",
		["host.world"],
		astray,
	),
	asked("box.elsewhere", "world", "the same, asked from a container: the other one's port", ["box.world"], astray),
	asked(
		"later.host",
		"host",
		"the host, asked from the second container when the first has ended",
		["other.host"],
		gone,
	),
	asked(
		"later.world",
		"world",
		"the world, asked from the second container when the first has ended",
		["other.world"],
		gone,
	),
	asked("later.port", "other", "the second container's published port, when the first has ended", ["other.port"], gone),
	asked(
		"later.gone",
		REFUSED,
		"the first container's published port from beyond the host, when it has ended",
		["world.first"],
		stillLed,
	),
	asked("later.goneFromHost", REFUSED, "that port from the host itself", ["host.first"], stillLed),
	{ fact: "lost.rules", right: [], what: "rules of the host's own that were lost", given: [], explain: flushed },
	{
		...{ fact: "lost.links", right: [], given: [], explain: linksLost },
		what: "links, addresses and routes of the host's own that were lost",
	},
	{ fact: "left.links", right: [], what: "links, addresses and routes left on the host", given: [], explain: links },
	{ fact: "left.rules", right: [], what: "nft rules left on the host", given: [], explain: rulesLeft },
	{ fact: "left.mounts", right: [], what: "mounts left on the host", given: [], explain: mountsLeft },
	{
		...{ fact: "left.namespaces", right: 0, given: APART, explain: namespacesHeld },
		what: "network namespaces that a process has still open, when both containers have ended",
	},
	{ fact: "left.helpers", right: [], what: "processes left behind", given: [], explain: processesLeft },
	{
		...{ fact: "left.alive", right: 0, explain: namespacesAlive },
		given: [...APART, "left.links", "left.mounts", "left.namespaces", "left.helpers"],
		what: "network namespaces that still live, when both containers have ended",
	},
	{
		...{
			fact: "halfway.ending",
			madeOf: "exercise" as const,
			right: "threw",
			given: ["other.ending"],
			explain: notRefused,
		},
		what: "the end of a third container, whose address is none",
	},
	{
		...{ fact: "halfway.left", right: [], given: ["halfway.ending"], explain: halfWay },
		what: "what is left of a third container, whose address was refused",
	},
];

/** The right value of each fact. */
export const RIGHT: ReadonlyMap<string, FactValue> = new Map(TOLD.map(({ fact, right }) => [fact, right]));

const isRight = (fact: string, { facts }: Context) => JSON.stringify(facts[fact]) === JSON.stringify(RIGHT.get(fact));

export const facts: FactRule[] = TOLD.map(({ fact, madeOf = "kernel", what, given, excused, explain }) => ({
	...{ fact, madeOf, what, explain },
	accept: (_, context) => given.some((earlier) => !isRight(earlier, context)) || excused?.(context) === true,
}));
