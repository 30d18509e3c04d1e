import type { Check, Observation, Question as PlannedQuestion, Scenario } from "../../harness/judge/index.ts";

/**
 * Two containers, their host, and a world that knows only the host. Most facts come from questions: who asks whom, who
 * answers, and which source address the answerer sees. The agent opens the sockets at both ends.
 */

/** The second container. It ends after the first. */
export const OTHER = "other";
/** The third container. Its address is invalid, so its connect fails half-way. */
export const HALF_WAY = "halfway";
export const NO_ADDRESS = "10.88.0.300";
/** The moment when both containers have ended, and the third has not started. */
export const ENDED = "ended";

export const GATEWAY = "10.88.0.1";
const BOX = "box";
const HOST = "host";
const WORLD = "world";
/** Ports of the containers: the published ports lead to them, and the check listens at them. */
const BOX_PORT = 80;
const OTHER_PORT = 8080;

/**
 * Names of questions. Those of `later` are asked after the first container has ended, all others while both containers
 * run. The word before the dot is the place that asks, except in `later` and in `other.port`, which the world asks.
 */
export type Question =
	| `box.${"lo" | "host" | "other" | "world" | "elsewhere"}`
	| `other.${"host" | "world" | "port"}`
	| `host.${"box" | "world" | "first" | "second" | "bridge" | "elsewhere"}`
	| `world.${"host" | "first" | "second"}`
	| `later.${"host" | "world" | "port" | "gone" | "goneFromHost"}`;

/**
 * The value of a question's fact if the question was not asked, for example because a container's command did not run.
 * It is never the right value.
 */
export const NOT_ASKED = "was not tried";
export const SILENCE = "no answer";
export const REFUSED = "Connection refused";

export const FIRST_CONTAINER = "the first container";
export const SECOND_CONTAINER = "the second container";
export const THE_HOST = "the host";
export const THE_WORLD = "the world";

/** What the facts call a place that has answered. */
const ANSWERERS = new Map([
	[BOX, FIRST_CONTAINER],
	[OTHER, SECOND_CONTAINER],
	[HOST, THE_HOST],
	[WORLD, THE_WORLD],
]);

// Makes what other software may have made on a host: a rule of nft, and a link called eth0 that does not lead to the
// world.
const HOST_SETUP = `ip -batch - <<-END
	link add eth0 up type veth peer name lan0
	link set lan0 up
	address add 192.168.77.1/24 dev eth0
END
nft -f - <<-END
	table ip nat {
		chain prerouting { type nat hook prerouting priority dstnat
			tcp dport 2222 redirect to :22
		}
	}
END`;

export const draw: Check["draw"] = (random) => {
	// `name` returns its argument, a hyphen, and eight hexadecimal digits.
	const digits = () => random.name("").slice(1);
	const number = (least: number, count: number) => least + (parseInt(digits(), 16) % count);
	const port = number(20_000, 5_000);
	return {
		id: digits(),
		otherId: digits(),
		thirdId: digits(),
		hostname: random.hostname(),
		// Always three digits, so that none of these addresses is the beginning of another.
		address: `10.88.0.${number(100, 70)}`,
		otherAddress: `10.88.0.${number(170, 70)}`,
		hostOutside: `203.0.113.${number(100, 70)}`,
		world: `203.0.113.${number(170, 70)}`,
		card: `ens${number(3, 90)}`,
		port: String(port),
		otherPort: String(port + number(1, 5_000)),
		secondPort: String(number(31_000, 1_000)),
	};
};

export const scenario = (drawn: Record<string, string>): Scenario => {
	const {
		id,
		otherId,
		thirdId,
		hostname,
		address = "",
		otherAddress = "",
		hostOutside = "",
		world = "",
		card = "",
	} = drawn;
	const [port, otherPort, secondPort] = [drawn["port"], drawn["otherPort"], drawn["secondPort"]].map(Number);
	const common = { hostname, rootfs: "/lab/rootfs", init: true };
	return {
		does: `started a container at ${address}, and published its port ${BOX_PORT} at the host's ports ${port} and ${secondPort}; started a second container at ${otherAddress}; made connections between the containers, the host and the world; and tried a third container, whose address is invalid`,
		prepare: [
			{
				...{ do: "neighbour", name: WORLD, link: card },
				...{ hostAddress: `${hostOutside}/24`, address: `${world}/24` },
			},
			{ do: "run", argv: ["sh", "-ec", HOST_SETUP] },
		],
		calls: {
			[BOX]: {
				options: {
					...{ ...common, id, address },
					publish: [port, secondPort].map((host) => ({ host, container: BOX_PORT })),
				},
			},
			[OTHER]: {
				about: "a second container, with an address and a port of its own",
				options: {
					...{ ...common, id: otherId, address: otherAddress },
					publish: [{ host: otherPort, container: OTHER_PORT }],
				},
			},
			[HALF_WAY]: {
				about: `a third container, whose address ${NO_ADDRESS} is invalid, so that connect fails half-way`,
				options: { ...common, id: thirdId, address: NO_ADDRESS, publish: [] },
				fails: true,
			},
		},
		readings: { network: {} },
		steps: [
			{ do: "call", call: BOX },
			{ do: "call", call: OTHER },
			{ do: "look", as: "during" },
			{
				do: "ask",
				// The kernel chooses the port of a listener that names none. In a question, `{ of: PLACE }` is that port.
				listeners: [
					...[BOX, OTHER, HOST, WORLD].map((place) => ({ place })),
					{ place: BOX, port: BOX_PORT },
					{ place: OTHER, port: OTHER_PORT },
					// The world has listeners at two of the published port numbers, but its address is not the host's.
					...[port, otherPort].map((number) => ({ place: WORLD, port: number ?? 0 })),
				],
				questions: [
					question("box.lo", "127.0.0.1", { of: BOX }),
					question("box.host", GATEWAY, { of: HOST }),
					question("host.box", address, { of: BOX }),
					question("box.other", otherAddress, { of: OTHER }),
					question("box.world", world, { of: WORLD }),
					question("other.host", GATEWAY, { of: HOST }),
					question("other.world", world, { of: WORLD }),
					question("host.world", world, { of: WORLD }),
					question("world.host", hostOutside, { of: HOST }),
					question("world.first", hostOutside, port),
					question("world.second", hostOutside, secondPort),
					question("other.port", hostOutside, otherPort, WORLD),
					question("host.first", hostOutside, port),
					question("host.second", hostOutside, secondPort),
					question("host.bridge", GATEWAY, port),
					question("host.elsewhere", world, port),
					question("box.elsewhere", world, otherPort),
				],
			},
			{ do: "feed", call: BOX, last: true },
			{
				do: "ask",
				// By default, a bridge has the lowest hardware address of its ports, so it may get another one when a
				// port is removed. With an old entry in its table, a place would learn the new one only later.
				afresh: [OTHER, HOST],
				listeners: [{ place: HOST }, { place: WORLD }, { place: OTHER, port: OTHER_PORT }],
				questions: [
					question("later.host", GATEWAY, { of: HOST }, OTHER),
					question("later.world", world, { of: WORLD }, OTHER),
					question("later.port", hostOutside, otherPort, WORLD),
					question("later.gone", hostOutside, port, WORLD),
					question("later.goneFromHost", hostOutside, port, HOST),
				],
			},
			{ do: "feed", call: OTHER, last: true },
			{ do: "await", until: { unlinked: [`box-${id}`, `box-${otherId}`] } },
			{ do: "look", as: ENDED, allEnded: true },
			{ do: "call", call: HALF_WAY },
			{ do: "await", until: { unlinked: [`box-${thirdId}`] } },
		],
	};
};

// By default, the question is asked from the place that its name begins with.
function question(
	name: Question,
	address: string,
	port: PlannedQuestion["port"] | undefined,
	from = name.split(".")[0],
): PlannedQuestion {
	return { name, from: from ?? "", address, port: port ?? 0 };
}

const ERRORS: Record<string, string> = {
	ECONNREFUSED: REFUSED,
	ENETUNREACH: "Network is unreachable",
	ECONNRESET: "Connection reset by peer",
	// No neighbour has claimed the address. The kernel finds that out after three seconds; see arp(7).
	EHOSTUNREACH: SILENCE,
	timeout: SILENCE,
};

/** Who answered a question; if nobody did, the reason. */
export function answer({ answers }: Observation, question: Question): string {
	const result = answers[question];
	if (result === undefined) return NOT_ASKED;
	return result.by === "" ? (ERRORS[result.failed] ?? result.failed) : (ANSWERERS.get(result.by) ?? result.by);
}

/** The value of {@link answer} in a sentence about the result of a connection. */
export const resultOf = (value: unknown): string =>
	[...ANSWERERS.values()].some((answerer) => answerer === value) ? `${value} answered` : `${value}`;

/** The source address that the answerer saw; if nobody answered, the value of {@link answer}. */
export function seenAddress(observation: Observation, question: Question): string {
	const result = observation.answers[question];
	return result === undefined || result.by === "" ? answer(observation, question) : result.seenAs;
}
