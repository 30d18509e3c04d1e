import { closeSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { connectWith, links, ports, removeBridge, removeLink, removeTable } from "../../support/network.ts";

function end(name: string, inside: number): void {
	removeTable(name);
	removeLink(name);
	removeBridge();
	if (!links().includes("box0") && existsSync("/run/forwarding"))
		writeFileSync("/proc/sys/net/ipv4/ip_forward", readFileSync("/run/forwarding"));
	closeSync(inside);
}

export const connect = connectWith({
	forward: () => {
		if (ports().length === 1) writeFileSync("/run/forwarding", readFileSync("/proc/sys/net/ipv4/ip_forward"));
		writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
	},
	remove: end,
	undo: end,
});
