import type { Check, Observation, Scenario } from "../../harness/grade/index.ts";

/**
 * Two containers, the host they run on, and a world beyond it that knows the host only. Each has a server, and each
 * server answers with its name; who asks whom, and what came back, is what the facts are made of.
 */

/** The second container. It outlives the first. */
export const OTHER = "other";
/** A third one, whose address is none: its connect fails when half of the work is done. */
export const HALF_WAY = "halfway";
export const NO_ADDRESS = "10.88.0.300";
/** Read when both have ended, before the third is tried. */
export const ENDED = "ended";

const GATEWAY = "10.88.0.1";
/** The host's address out there, and that of its only neighbour. */
export const HOST_OUTSIDE = "203.0.113.1";
export const WORLD = "203.0.113.2";
const HOST_PORT = 7777;
const OTHER_PORT = 8080;

/** What is asked, after the step that asks it. */
export type Question =
	| `box.${"lo" | "host" | "other" | "world"}`
	| `host.${"box" | "port" | "fromWorld" | "elsewhere"}`
	| "container.elsewhere"
	| `other.${"host" | "world"}`
	| `later.${"port" | "gone"}`;

export const NOT_TRIED = "not tried";
const SILENCE = "no answer";
export const REFUSED = "Connection refused";

// Answers with the address that it is asked from. See httpd's CGI variables.
const WHO = "#!/bin/sh\necho\necho $REMOTE_ADDR\n";

// No route leads back from the world into the containers' network: an answer finds its way only to the host.
const MAKE_WORLD = `ip netns add world
ip -batch - <<-END
	link add world0 up type veth peer name eth0 netns world
	address add ${HOST_OUTSIDE}/24 dev world0
END
ip -n world -batch - <<-END
	address add ${WORLD}/24 dev eth0
	link set eth0 up
END
ip netns exec world busybox httpd -p 80 -h /lab/rootfs/www/world
busybox httpd -p ${HOST_PORT} -h /lab/rootfs/www/host
nft -f - <<-END
	table ip nat {
		chain prerouting { type nat hook prerouting priority dstnat
			tcp dport 2222 redirect to :22
		}
	}
END`;

// Silence takes long, and one is enough: after it nothing is tried any more. It may end the asking itself.
const ASK = `ask() {
	if [ -e /tmp/silence ]; then return; fi
	echo >/tmp/silence
	printf %s "$1="; shift
	answer=$("$@" 2>&1)
	case $answer in *"timed out"* | *"No route to host"*) ;; *) rm /tmp/silence ;; esac
	echo "$answer"
}
get="busybox wget -q -T 4 -O -"
`;

const serve = (name: string, port: number) => `httpd -p ${port} -h /www/${name}; pause; exit $line`;

export const draw: Check["draw"] = (random) => {
	const number = (least: number, many: number) => least + (parseInt(random.name("").slice(1), 16) % many);
	const port = number(20_000, 5_000);
	return {
		id: random.name("").slice(1),
		otherId: random.name("").slice(1),
		thirdId: random.name("").slice(1),
		hostname: random.hostname(),
		// Three digits each, so that neither is the beginning of another.
		address: `10.88.0.${number(100, 70)}`,
		otherAddress: `10.88.0.${number(170, 70)}`,
		port: String(port),
		otherPort: String(port + number(1, 5_000)),
		secondPort: String(number(31_000, 1_000)),
	};
};

export const scenario = (drawn: Record<string, string>): Scenario => {
	const { id, otherId, thirdId, hostname, address, otherAddress, port, otherPort, secondPort } = drawn;
	const common = { hostname, rootfs: "/lab/rootfs", init: true };
	const ask = (...questions: [Question, url: string, within?: string][]) => [
		"sh",
		"-c",
		ASK + questions.map(([name, url, within = ""]) => `ask ${name} ${within} $get http://${url}`).join("\n"),
	];
	return {
		does: `ran a server at ${address}, with the host's ports ${port} and ${secondPort} leading to its port 80; a second one at ${otherAddress}; and everybody asked everybody`,
		prepare: [
			...["host", "world", "box", "other"].map((name) => ({
				...{ do: "write" as const, path: `/lab/rootfs/www/${name}/index.html` },
				text: `${name}\n`,
			})),
			...["box", "other"].map((name) => ({
				...{ do: "write" as const, path: `/lab/rootfs/www/${name}/cgi-bin/who` },
				...{ text: WHO, mode: 0o755 },
			})),
			{ do: "run", argv: ["sh", "-ec", MAKE_WORLD] },
		],
		options: {
			...common,
			id,
			address,
			publish: [port, secondPort].map((host) => ({ host: Number(host), container: 80 })),
		},
		script: serve("box", 80),
		others: {
			[OTHER]: {
				about: "a second server, with an address and a port of its own",
				options: {
					...{ ...common, id: otherId, address: otherAddress },
					publish: [{ host: Number(otherPort), container: OTHER_PORT }],
				},
				script: serve("other", OTHER_PORT),
			},
			[HALF_WAY]: {
				about: `its address is ${NO_ADDRESS}, so connect fails half-way`,
				options: { ...common, id: thirdId, address: NO_ADDRESS, publish: [] },
				fails: true,
			},
		},
		network: true,
		steps: [
			{ do: "start", container: "box" },
			{ do: "start", container: OTHER },
			{ do: "look", as: "during" },
			{
				...{ do: "run", as: "box", networkOf: "box" },
				argv: ask(
					["box.lo", "127.0.0.1/"],
					["box.host", `${GATEWAY}:${HOST_PORT}/`],
					["box.other", `${otherAddress}:${OTHER_PORT}/cgi-bin/who`],
					["box.world", `${WORLD}/`],
				),
			},
			{
				...{ do: "run", as: "host" },
				argv: ask(
					["host.box", `${address}/`],
					["host.fromWorld", `${HOST_OUTSIDE}:${port}/cgi-bin/who`, "ip netns exec world"],
					["host.port", `${HOST_OUTSIDE}:${secondPort}/`],
					["host.elsewhere", `${WORLD}:${port}/`],
				),
			},
			{
				...{ do: "run", as: "container", networkOf: "box" },
				argv: ask(["container.elsewhere", `${WORLD}:${otherPort}/`]),
			},
			{ do: "end", container: "box" },
			{
				...{ do: "run", as: "other", networkOf: OTHER },
				argv: ask(["other.host", `${GATEWAY}:${HOST_PORT}/`], ["other.world", `${WORLD}/`]),
			},
			{
				...{ do: "run", as: "later" },
				argv: ask(["later.port", `${HOST_OUTSIDE}:${otherPort}/`], ["later.gone", `${HOST_OUTSIDE}:${port}/`]),
			},
			{ do: "end", container: OTHER },
			// A link whose namespace is gone goes too, but the kernel takes its time.
			{
				...{ do: "run", as: "settled" },
				argv: [
					"sh",
					"-c",
					`for i in $(seq 30); do [ -e /sys/class/net/box-${otherId} ] || break; busybox sleep 0.1; done; find /proc/[0-9]*/fd -lname 'net:*' -printf '%l\\n'`,
				],
			},
			{ do: "look", as: ENDED },
			{ do: "start", container: HALF_WAY },
		],
	};
};

/** What came of a question: the name or the address in the answer, or the kernel's reason why there was none. */
export function answer({ programs }: Observation, question: Question): string {
	const [step = ""] = question.split(".");
	// Of a container that never ran, nothing was asked, and after a silence nothing more.
	const lines = programs[step]?.stdout.split("\n") ?? [];
	const said = lines.find((line) => line.startsWith(`${question}=`))?.slice(question.length + 1);
	if (said === undefined) return NOT_TRIED;
	if (said === "" || said.includes("timed out")) return SILENCE;
	return said.replace(/^wget: .*: /, "").replace(/^\[(?:::ffff:)?(.*)\]$/, "$1");
}
