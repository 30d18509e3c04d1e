import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { claim } from "../claims.ts";
import { oneAtATime } from "../lock.ts";
import { isHost, part } from "../part.ts";
import { OWNER } from "../places.ts";
import { connect, type Network, type Published } from "./network.ts";
import options from "./options.json";

/** Gives a container its own network, with an address and published ports. */
part<{ address: string; publish?: Published[] }, Network>({
	when: "address",
	options,
	readOptions: (given, { id }) => {
		const publish = given("publish").map(ports);
		if (isHost("network", given)) {
			if (publish.length > 0) throw new Error("--publish needs a network of its own, and --network host shares one");
			return {};
		}
		for (const { host } of publish) {
			if (isListening(host)) throw new Error(`port ${host} is taken: a program on the host listens on it`);
			if (!claim(`port-${host}`, id)) throw new Error(`port ${host} is taken: it leads to another container`);
		}
		return { publish, address: claimAddress(id) };
	},
	make: ({ id, address, publish = [] }) => connect(nameOf(id), address, publish),
	enter: (_, network) => network?.join(),
	remove: (network) => network.remove(),
	removeRemains: (id) => {
		// Other users' containers have nothing in the host's network.
		if (OWNER === 0) oneAtATime(() => removeNetwork(nameOf(id)));
	},
});

const nameOf = (id: string) => `box-${id}`;

function ports(text: string): Published {
	const [host = 0, container = 0] = /^\d+:\d+$/.test(text) ? text.split(":").map(Number) : [];
	if ([host, container].some((port) => port < 1 || port > 65_535))
		throw new Error(`--publish ${text}: two ports are expected, such as 8080:80`);
	return { host, container };
}

// The container's rules redirect packets before they reach a program of the host at the same port. That program would
// get no more connections, and no error. Rules leave loopback alone, so a program that listens on 127.0.0.1 only is not
// in the way. In each line, the second column is the local address with its bytes reversed. The fourth column is the
// state: 0A is LISTEN. See proc_net(5).
function isListening(port: number): boolean {
	const hex = port.toString(16).toUpperCase().padStart(4, "0");
	const listener = new RegExp(`^ *\\d+: (?:(?!.{6}7F)[0-9A-F]{8}|0{32}):${hex} \\S+ 0A `, "m");
	const tables = ["/proc/net/tcp", "/proc/net/tcp6"].filter((table) => existsSync(table));
	return tables.some((table) => listener.test(readFileSync(table, "utf8")));
}

function claimAddress(id: string): string {
	for (let host = 2; host < 255; host++) if (claim(`10.88.0.${host}`, id)) return `10.88.0.${host}`;
	throw new Error("all addresses of 10.88.0.0/24 are taken");
}

const LINKS = "/sys/class/net";
const BRIDGE = "box0";

function removeNetwork(name: string): void {
	run("nft", `destroy table ip ${name}`);
	removeLink(name);
	if (!existsSync(`${LINKS}/${BRIDGE}`) || readdirSync(`${LINKS}/${BRIDGE}/brif`).length > 0) return;
	run("nft", `destroy table ip ${BRIDGE}`);
	removeLink(BRIDGE);
}

function removeLink(name: string): void {
	const exists = () => existsSync(`${LINKS}/${name}`);
	try {
		if (exists()) run("ip", "link", "delete", name);
	} catch (error) {
		// The kernel removes the link with the container's network namespace, some time after the last process there
		// has ended.
		if (exists()) throw error;
	}
}

const run = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: "ignore" });
