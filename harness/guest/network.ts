import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Link, Network } from "../protocol.ts";

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

/** Everything about the network namespace that this thread is in. @see ip-address(8), ip-route(8), nft(8) */
export function readNetwork(): Network {
	const links = ask<IpLink>("ip", "-json", "-details", "-4", "address", "show");
	const addresses = (link: IpLink) => (link.addr_info ?? []).map(({ local, prefixlen }) => `${local}/${prefixlen}`);
	return {
		links: links.map((link) => ({
			name: link.ifname,
			kind: link.linkinfo?.info_kind ?? "",
			flags: link.flags,
			master: link.master ?? "",
			addresses: addresses(link),
		})),
		routes: ask<IpRoute>("ip", "-json", "-4", "route", "show").map(({ dst, gateway = "", dev }) => ({
			destination: dst,
			via: gateway,
			device: dev,
		})),
		rules: run("nft", "list", "ruleset").split("\n").filter(Boolean),
		// /proc/sys/net shows the network namespace of the thread that reads it.
		forwarding: readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8").trim() === "1",
	};
}

interface IpLink {
	ifname: string;
	flags: string[];
	master?: string;
	linkinfo?: { info_kind?: string };
	addr_info?: { local: string; prefixlen: number }[];
}

interface IpRoute {
	dst: string;
	gateway?: string;
	dev: string;
}

const ask = <T>(program: string, ...args: string[]) => JSON.parse(run(program, ...args) || "[]") as T[];

function run(program: string, ...args: string[]): string {
	return execFileSync(program, args, { encoding: "utf8", timeout: 5_000, stdio: ["ignore", "pipe", "ignore"] });
}
