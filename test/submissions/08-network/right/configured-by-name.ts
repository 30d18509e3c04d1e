import { execFileSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { getpid } from "#kernel";
import { connectWith, ip, removeBridge, removeLink, removeTable } from "../../support/network.ts";

function remove(name: string, inside: number): void {
	removeTable(name);
	removeLink(name);
	removeBridge();
	execFileSync("ip", ["netns", "delete", `n${getpid()}`]);
	closeSync(inside);
}

export const connect = connectWith({
	namespace: () => {
		const name = `n${getpid()}`;
		execFileSync("ip", ["netns", "add", name]);
		return openSync(`/run/netns/${name}`, "r");
	},
	plug: (name) =>
		ip(
			`link add ${name} type veth peer name inner`,
			`link set inner netns n${getpid()} name eth0`,
			`link set ${name} master box0 up`,
		),
	configure: (_, address) => {
		for (const command of [
			"link set lo up",
			`address add ${address}/24 dev eth0`,
			"link set eth0 up",
			"route add default via 10.88.0.1",
		])
			execFileSync("ip", ["-n", `n${getpid()}`, ...command.split(" ")]);
	},
	remove: (name, inside) => {
		remove(name, inside);
	},
	undo: (name, inside) => {
		remove(name, inside);
	},
});
