import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Link, Network } from "../network.ts";
import { answerer, parseNetwork, QUESTIONS, readForwarding } from "./ip.ts";
import { inNamespace } from "./namespaces.ts";
import { Networks } from "./networks.ts";
import { readDescriptors, readPids } from "./proc.ts";
import type { Reader } from "./reader.ts";

/** Only what is broken takes that long: both programs ask the kernel and wait for nothing else. */
const PROGRAM_MS = 30_000;

export const network: Reader<"network"> = (asked, changed) => {
	const everywhere = asked?.everywhere ? new Networks(changed) : null;
	const here = asked !== undefined && everywhere === null;
	return {
		host: () => ({
			links: inNamespace(1, "net", () => readLinks(1)),
			network: here ? inNamespace(1, "net", () => readNetwork(true)) : null,
			networks: everywhere?.refreshed() ?? null,
			openNetworks: here ? readOpenNetworks() : [],
		}),
		process: ({ pid }) => ({
			links: inNamespace(pid, "net", () => readLinks(pid)),
			network: here ? inNamespace(pid, "net", () => readNetwork(false)) : null,
		}),
	};
};

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
 */
function readNetwork(withRules: boolean): Network {
	const { network } = parseNetwork(ask(withRules));
	return { ...network, forwarding: readForwarding() };
}

/** Empties the table of hardware addresses of the namespace that this thread is in; what was put there for good stays. */
export function forgetNeighbours(): void {
	execFileSync("ip", ["neigh", "flush", "all"], { timeout: PROGRAM_MS, stdio: "ignore" });
}

// Whichever process of the harbour has them open. See namespaces(7): an open file keeps a namespace.
function readOpenNetworks(): string[] {
	const open = readPids("/proc").flatMap((pid) => {
		try {
			return Object.values(readDescriptors(pid)).filter((link) => link.startsWith("net:["));
		} catch {
			return []; // It ended while it was read.
		}
	});
	return [...new Set(open)];
}

function ask(withRules: boolean): string {
	const [program = "", ...args] = answerer(withRules);
	return execFileSync(program, args, {
		input: QUESTIONS,
		encoding: "utf8",
		timeout: PROGRAM_MS,
		stdio: ["pipe", "pipe", "ignore"],
	});
}
