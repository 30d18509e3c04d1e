import {
	type Context,
	EARLY_END,
	type Explanation,
	type FactRule,
	type FactValue,
	type MadeOf,
} from "../../harness/judge/index.ts";
import {
	halfWayEnding,
	halfWayLeft,
	hostLinksLost,
	hostRulesLost,
	linksLeft,
	mountsLeft,
	namespacesAlive,
	namespacesHeld,
	portStillPublished,
	processesLeft,
	rulesLeft,
	secondCutOff,
} from "./leftovers.ts";
import {
	betweenContainers,
	containerLink,
	firstNamespace,
	loopback,
	secondContainer,
	secondEnding,
	secondNamespace,
} from "./links.ts";
import {
	clientHidden,
	containerAnswers,
	fromContainerToWorld,
	fromHostToPort,
	fromWorldToPort,
	hostCutOff,
	masqueradeTooWide,
	otherAddressOfHost,
	samePortElsewhere,
	secondPort,
} from "./packets.ts";
import { FIRST_CONTAINER, type Question, REFUSED, SECOND_CONTAINER, THE_HOST, THE_WORLD } from "./scenario.ts";

/**
 * A fact that is judged only if the facts in `given` are right. If one of them is wrong, the finding about that fact
 * gives the reason.
 */
interface OrderedFact {
	fact: string;
	/** Default: `kernel`. */
	madeOf?: MadeOf;
	right: FactValue;
	what: string;
	/** Facts that must be right before this one is judged. */
	given: string[];
	/** @see FactRule.followsFrom */
	followsFrom?: string[];
	/** Whether the first container's call ended wrongly. Then that ending has a finding, and this fact is not judged. */
	excused?: (context: Context) => boolean;
	explain: Explanation[];
}

const NAMESPACES_SEPARATE = ["ns.net", "ns.net.other"];
const FIRST_LINKED = ["box.host", "host.box"];

/**
 * A fact about who answers a connection.
 * @param right the place that must answer; {@link REFUSED} if none may
 * @param connection between which places, and at which address or port
 * @param given names of facts, besides {@link NAMESPACES_SEPARATE}; see {@link OrderedFact}
 */
const answered = (
	fact: Question,
	right: string,
	connection: string,
	given: string[],
	explain: Explanation[],
): OrderedFact => ({
	...{ fact, right, madeOf: "answer" as const, given: [...NAMESPACES_SEPARATE, ...given], explain },
	what: `${right === REFUSED ? "the result of" : "who answers"} a connection ${connection}`,
});

/** The facts in the order in which they are judged: the container, its connections, and last what is left behind. */
const ORDERED_FACTS: OrderedFact[] = [
	{ fact: "ns.net", right: "new", what: "the container's network namespace", given: [], explain: firstNamespace },
	{
		...{ fact: "other.ending", madeOf: "exercise" as const, right: "returned 0", given: [], explain: secondEnding },
		excused: ({ ending, facts }) => ending.how !== "returned" || facts["command.ran"] === false,
		what: "how the second container ended",
	},
	{
		...{ fact: "ns.net.other", right: "its own", given: ["ns.net", "other.ending"], explain: secondNamespace },
		what: "the second container's network namespace",
	},
	answered("box.lo", FIRST_CONTAINER, "inside the container to 127.0.0.1", [], loopback),
	answered(
		"box.host",
		THE_HOST,
		"from the container to the bridge's address",
		[],
		[containerAnswers, ...containerLink],
	),
	answered("host.box", FIRST_CONTAINER, "from the host to the container's address", [], containerLink),
	answered(
		"box.other",
		SECOND_CONTAINER,
		"from the first container to the second container's address",
		FIRST_LINKED,
		betweenContainers,
	),
	{
		...{
			fact: "seen.other",
			madeOf: "answer" as const,
			right: "‹address›",
			given: [...NAMESPACES_SEPARATE, "box.other"],
			explain: masqueradeTooWide,
		},
		what: "the client's address that the second container sees when the first one connects to it",
	},
	answered("host.world", THE_WORLD, "from the host to the world", [], hostCutOff),
	answered("world.host", THE_HOST, "from the world to the host, at a port that is not published", [], hostCutOff),
	answered(
		"box.world",
		THE_WORLD,
		"from the container to the world",
		[...FIRST_LINKED, "host.world"],
		fromContainerToWorld,
	),
	answered("world.first", FIRST_CONTAINER, "from the world to the published port", ["box.world"], fromWorldToPort),
	{
		...{
			fact: "seen.published",
			madeOf: "answer" as const,
			right: "‹world›",
			given: [...NAMESPACES_SEPARATE, "world.first"],
			explain: clientHidden,
		},
		what: "the client's address that the container sees when the world connects to the published port",
	},
	answered("world.second", FIRST_CONTAINER, "from the world to the second published port", ["world.first"], secondPort),
	answered(
		"host.first",
		FIRST_CONTAINER,
		"from the host itself to the published port",
		["world.first"],
		fromHostToPort,
	),
	answered(
		"host.second",
		FIRST_CONTAINER,
		"from the host itself to the second published port",
		["world.second", "host.first"],
		secondPort,
	),
	answered(
		"host.bridge",
		FIRST_CONTAINER,
		"from the host itself to the published port, at the bridge's address",
		["host.first"],
		otherAddressOfHost,
	),
	answered("other.host", THE_HOST, "from the second container to the host", FIRST_LINKED, secondContainer),
	answered(
		"other.world",
		THE_WORLD,
		"from the second container to the world",
		["box.world", "other.host"],
		secondContainer,
	),
	answered(
		"other.port",
		SECOND_CONTAINER,
		"from the world to the second container's published port",
		["world.first", "other.host"],
		secondContainer,
	),
	answered(
		"host.elsewhere",
		THE_WORLD,
		"from the host to the world, at the same port number as the container's published port",
		["host.world"],
		samePortElsewhere,
	),
	answered(
		"box.elsewhere",
		THE_WORLD,
		"from the first container to the world, at the same port number as the second container's published port",
		["box.world"],
		samePortElsewhere,
	),
	answered(
		"later.host",
		THE_HOST,
		"from the second container to the host, after the first has ended",
		["other.host"],
		secondCutOff,
	),
	answered(
		"later.world",
		THE_WORLD,
		"from the second container to the world, after the first has ended",
		["other.world"],
		secondCutOff,
	),
	answered(
		"later.port",
		SECOND_CONTAINER,
		"from the world to the second container's published port, after the first has ended",
		["other.port"],
		secondCutOff,
	),
	answered(
		"later.gone",
		REFUSED,
		"from the world to the first container's published port, after that container has ended",
		["world.first"],
		portStillPublished,
	),
	answered(
		"later.goneFromHost",
		REFUSED,
		"from the host itself to the first container's published port, after that container has ended",
		["host.first"],
		portStillPublished,
	),
	{
		...{ fact: "lost.rules", right: [], given: [], followsFrom: [], explain: hostRulesLost },
		what: "the host's own rules that were lost",
	},
	{
		...{ fact: "lost.links", right: [], given: [], followsFrom: [], explain: hostLinksLost },
		what: "the host's own links, addresses and routes that were lost",
	},
	{
		fact: "left.links",
		right: [],
		what: "links, addresses and routes left on the host",
		given: [],
		explain: linksLeft,
	},
	{
		...{ fact: "left.rules", right: [], given: [], explain: rulesLeft },
		followsFrom: [EARLY_END, "later.gone", "later.goneFromHost"],
		what: "nft rules left on the host",
	},
	{ fact: "left.mounts", right: [], what: "mounts left on the host", given: [], explain: mountsLeft },
	{
		...{ fact: "left.namespaces", right: 0, given: NAMESPACES_SEPARATE, explain: namespacesHeld },
		what: "network namespaces that a process still holds open after both containers have ended",
	},
	{ fact: "left.helpers", right: [], what: "processes left behind", given: [], explain: processesLeft },
	{
		...{ fact: "left.alive", right: 0, explain: namespacesAlive },
		given: [...NAMESPACES_SEPARATE, "left.links", "left.mounts", "left.namespaces", "left.helpers"],
		what: "network namespaces that still exist after both containers have ended",
	},
	{
		...{
			fact: "halfway.ending",
			madeOf: "exercise" as const,
			right: "threw an exception",
			// If connect makes no link, it does not use the address, so an invalid address makes no step fail.
			given: ["other.ending", "box.host"],
			explain: halfWayEnding,
		},
		what: "how the third container, whose address is invalid, ended",
	},
	{
		...{ fact: "halfway.left", right: [], given: ["halfway.ending"], explain: halfWayLeft },
		what: "what is left of the third container, whose address is invalid",
	},
];

/** The right value of each fact. */
export const RIGHT: ReadonlyMap<string, FactValue> = new Map(ORDERED_FACTS.map(({ fact, right }) => [fact, right]));

const isRight = (fact: string, { facts }: Context) => JSON.stringify(facts[fact]) === JSON.stringify(RIGHT.get(fact));

export const facts: FactRule[] = ORDERED_FACTS.map(({ given, excused, right: _, ...rule }) => ({
	madeOf: "kernel",
	...rule,
	accept: (_, context) => given.some((earlier) => !isRight(earlier, context)) || excused?.(context) === true,
}));
