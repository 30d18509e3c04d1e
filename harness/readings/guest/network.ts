import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Link, Network } from "../network.ts";
import { AllNetworks } from "./all-networks.ts";
import { IP_COMMANDS, ipProgram, parseNetwork, readForwarding } from "./ip-command.ts";
import { inNamespace } from "./namespaces.ts";
import { readDescriptors, readPids } from "./proc.ts";
import type { Reader } from "./reader.ts";

/** The time limit for ip and nft. Both only talk to the kernel, so only a broken program takes this long. */
const PROGRAM_MS = 30_000;

export const network: Reader<"network"> = (asked) => {
	// If the run asks for more than links: reads either all network namespaces of the machine, or those of the host and
	// of each process.
	const all = asked?.everywhere ? new AllNetworks() : null;
	const eachOwn = asked !== undefined && all === null;
	return {
		host: () => ({
			links: inNamespace(1, "net", () => readLinks(1)),
			network: eachOwn ? inNamespace(1, "net", () => readNetwork(true)) : null,
			networks: all?.read() ?? null,
			openNetworks: eachOwn ? readOpenNetworks() : [],
		}),
		process: ({ pid }) => ({
			links: inNamespace(pid, "net", () => readLinks(pid)),
			network: eachOwn ? inNamespace(pid, "net", () => readNetwork(false)) : null,
		}),
	};
};

/**
 * The names and addresses of a process's links. Quick to read, and enough for a lesson that is not about networks. Call it
 * in a thread that is in the process's network namespace: node:os reads the links of the calling thread's namespace.
 */
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
 * Reads the network namespace that this thread is in; the packet filters only with `withRules`. In emulation, starting
 * a program takes a tenth of a second, so one call of ip answers all questions.
 */
function readNetwork(withRules: boolean): Network {
	const { network } = parseNetwork(runIp(withRules));
	return { ...network, forwarding: readForwarding() };
}

/**
 * Empties the table of hardware addresses (the neighbour table) of the network namespace that this thread is in.
 * Permanent entries stay. See ip-neighbour(8).
 */
export function flushNeighbourTable(): void {
	execFileSync("ip", ["neigh", "flush", "all"], { timeout: PROGRAM_MS, stdio: "ignore" });
}

// The network namespaces that any process of the harbour has open. An open file keeps a namespace alive: see
// namespaces(7).
function readOpenNetworks(): string[] {
	const open = readPids("/proc").flatMap((pid) => {
		try {
			return Object.values(readDescriptors(pid)).filter((link) => link.startsWith("net:["));
		} catch {
			return []; // The process ended while it was read.
		}
	});
	return [...new Set(open)];
}

function runIp(withRules: boolean): string {
	const [program = "", ...args] = ipProgram(withRules);
	return execFileSync(program, args, {
		input: IP_COMMANDS,
		encoding: "utf8",
		timeout: PROGRAM_MS,
		stdio: ["pipe", "pipe", "ignore"],
	});
}
