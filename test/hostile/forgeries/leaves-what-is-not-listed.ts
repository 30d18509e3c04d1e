// Does the exercise, and leaves on the host a rule and a table of routes beside the main one. The ended container's network
// namespace it holds by a socket that was made there, not by a descriptor of the namespace.
// lesson: 08
// diagnosis: link-left
import { closeSync, openSync } from "node:fs";
import { ip } from "#box/tools";
import { CLONE_NEWNET, setns } from "#kernel";
import { connectWith } from "../../submissions/support/network.ts";
import { syscall } from "../support.ts";

const AF_INET = 2;
const SOCK_STREAM = 1;
const SYS_socket = 41;

const connectRight = connectWith({});

export function connect(...args: Parameters<typeof connectRight>) {
	const network = connectRight(...args);
	const [, address] = args;
	ip(`rule add from ${address} lookup 77`, `route add ${address} dev lo table 77`);
	const home = openSync("/proc/thread-self/ns/net", "r");
	network.join();
	syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
	setns(home, CLONE_NEWNET);
	closeSync(home);
	return network;
}
