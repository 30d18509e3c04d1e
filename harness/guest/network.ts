import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Link, Network } from "../protocol.ts";

/** Only what is broken takes that long: both programs ask the kernel and wait for nothing else. */
const PROGRAM_MS = 30_000;

/** The names and addresses of a process's links; quick, and enough where a lesson is not about networks. */
export function readLinks(pid: number): Link[] {
	const names = readFileSync(`/proc/${pid}/net/dev`, "utf8").split("\n").slice(2).filter(Boolean);
	const up = networkInterfaces();
	return names
		.map((line) => line.slice(0, line.indexOf(":")).trim())
		.map((name) => ({
			name,
			up: up[name] !== undefined,
			addresses: (up[name] ?? []).map((address) => address.cidr ?? address.address),
		}));
}

/**
 * Everything about the network namespace that this thread is in; packet filters only where they are asked for.
 * In emulation a program that is started costs a tenth of a second: so there is one, two at most.
 * @see ip-address(8), ip-route(8), nft(8)
 */
export function readNetwork(withRules: boolean): Network {
	const [links = "", routes = "", ...rules] = ask(withRules).split("\n").filter(Boolean);
	return {
		// Not "ip -4": that would leave out every link without an address, such as the ports of a bridge.
		links: (JSON.parse(links) as IpLink[]).map((link) => ({
			name: link.ifname,
			kind: link.linkinfo?.info_kind ?? "",
			flags: link.flags,
			master: link.master ?? "",
			addresses: (link.addr_info ?? [])
				.filter(({ family }) => family === "inet")
				.map(({ local, prefixlen }) => `${local}/${prefixlen}`),
		})),
		routes: (JSON.parse(routes) as IpRoute[]).map(({ dst, gateway = "", dev }) => ({
			destination: dst,
			via: gateway,
			device: dev,
		})),
		rules,
		// /proc/sys/net shows the network namespace of the thread that reads it.
		forwarding: readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8").trim() === "1",
	};
}

// One line of JSON for each of ip's commands, and then nft's lines.
function ask(withRules: boolean): string {
	const ip = ["ip", "-json", "-details", "-batch", "-"];
	const [program = "", ...args] = withRules ? ["sh", "-c", `${ip.join(" ")} && nft list ruleset`] : ip;
	return execFileSync(program, args, {
		input: "address show\nroute show\n",
		encoding: "utf8",
		timeout: PROGRAM_MS,
		stdio: ["pipe", "pipe", "ignore"],
	});
}

interface IpLink {
	ifname: string;
	flags: string[];
	master?: string;
	linkinfo?: { info_kind?: string };
	addr_info?: { family: string; local: string; prefixlen: number }[];
}

interface IpRoute {
	dst: string;
	gateway?: string;
	dev: string;
}
