import type { Context, Explanation, FactRule, FactValue } from "../../harness/grade/index.ts";
import {
	flushed,
	gone,
	halfWay,
	links,
	mountsLeft,
	namespacesHeld,
	processesLeft,
	rulesLeft,
	stillLed,
} from "./leftovers.ts";
import { each, link, loopback, sameNamespace, secondEnding, separate } from "./links.ts";
import { astray, fromHost, fromOutside, hidden, tooWide, world } from "./packets.ts";
import { NOT_TRIED, type Question } from "./scenario.ts";

/** Whether the containers have no network of their own: then nothing else can be right, and one finding says so. */
const neverApart = ({ facts }: Context) => facts["ns.net"] !== "new" || facts["ns.net.other"] !== "its own";

const asked = (fact: Question, what: string, explain: Explanation[]): FactRule => ({
	fact,
	madeOf: "answer",
	what: `who answers: ${what}`,
	accept: (got, context) => got === NOT_TRIED || neverApart(context),
	explain,
});

// The second container has then answered to the bridge's hardware address, which may be another one by now.
const ledAstray = ({ facts }: Context) => facts["container.elsewhere"] === "other";

/** Asked again when the first container has ended; of what was not answered before, a finding has said so. */
const askedAgain = (fact: Question, before: [Question, answer: string], what: string, explain: Explanation[]) => {
	const rule = asked(fact, what, explain);
	const [question, answer] = before;
	return {
		...rule,
		accept: (got: FactValue, context: Context) =>
			context.facts[question] !== answer || ledAstray(context) || rule.accept?.(got, context) === true,
	};
};

/** Who asked, as the server that answered saw it; of one that did not answer, another finding says so. */
const seen = (fact: string, of: Question, what: string, explain: Explanation[]): FactRule => ({
	fact,
	madeOf: "answer",
	what,
	accept: (_, context) => context.facts[of] !== "answered" || neverApart(context),
	explain,
});

/** What the kernel must show, from the container outwards, and then of what is left. */
export const facts: FactRule[] = [
	{ fact: "ns.net", madeOf: "kernel", what: "the container's network namespace", explain: separate },
	{
		fact: "other.ending",
		madeOf: "exercise",
		accept: (_, { ending }) => ending.how !== "returned",
		what: "the end of a second container, started while the first one runs",
		explain: secondEnding,
	},
	{
		fact: "ns.net.other",
		madeOf: "kernel",
		what: "the second container's network namespace",
		accept: (got, context) => got === NOT_TRIED || context.facts["ns.net"] !== "new",
		explain: sameNamespace,
	},
	asked("box.lo", "the container's own server, asked from inside at 127.0.0.1", loopback),
	asked("box.host", "the host, asked from the container at the bridge's address", link),
	asked("host.box", "the container, asked from the host", link),
	asked("box.other", "the second container, asked from the first", each),
	seen("seen.other", "box.other", "who has asked, as the second container sees it", tooWide),
	asked("box.world", "a server beyond the host, asked from the container", world),
	asked("host.fromWorld", "the published port, asked from beyond the host", fromOutside),
	seen("seen.published", "host.fromWorld", "who has asked from out there, as the container sees it", hidden),
	asked("host.port", "the second published port, asked from the host itself", fromHost),
	asked("host.elsewhere", "the published port's number at somebody else's address, asked from the host", astray),
	asked("container.elsewhere", "the same, asked from one container: the other one's port", astray),
	askedAgain(
		"other.host",
		["box.host", "host"],
		"the host, asked from the second container when the first has ended",
		gone,
	),
	askedAgain(
		"other.world",
		["box.world", "world"],
		"the world, asked from the second container when the first has ended",
		gone,
	),
	askedAgain(
		"later.port",
		["host.port", "box"],
		"the second container's published port, when the first has ended",
		gone,
	),
	asked("later.gone", "the first container's published port, when it has ended", stillLed),
	{ fact: "lost.rules", madeOf: "kernel", what: "rules of the host's own that were lost", explain: flushed },
	{ fact: "left.links", madeOf: "kernel", what: "links, addresses and routes left on the host", explain: links },
	{ fact: "left.rules", madeOf: "kernel", what: "nft rules left on the host", explain: rulesLeft },
	{ fact: "left.mounts", madeOf: "kernel", what: "mounts left on the host", explain: mountsLeft },
	{
		fact: "left.namespaces",
		madeOf: "kernel",
		what: "network namespaces that an engine has still open, when its container has ended",
		accept: (_, context) => neverApart(context),
		explain: namespacesHeld,
	},
	{ fact: "left.helpers", madeOf: "kernel", what: "processes left behind", explain: processesLeft },
	{
		fact: "halfway.left",
		madeOf: "kernel",
		what: "what is left of a third container, whose address was refused",
		explain: halfWay,
	},
];
