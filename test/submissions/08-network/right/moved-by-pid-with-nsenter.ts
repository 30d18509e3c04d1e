import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readlinkSync } from "node:fs";
import { kill, SIGKILL, setns, waitpid } from "#kernel";
import { connectWith, ip, removeBridge, removeLink, removeTable } from "../../support/network.ts";

function end(name: string, pid: number): void {
	removeTable(name);
	removeLink(name);
	removeBridge();
	kill(pid, SIGKILL);
	waitpid(pid);
}

export const connect = connectWith({
	namespace: () => spawn("unshare", ["--net", "sleep", "600"], { stdio: "ignore" }).pid ?? -1,
	plug: (name, pid) => {
		while (readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync("/proc/self/ns/net")) execFileSync("sleep", ["0.05"]);
		ip(
			`link add ${name} type veth peer name inner`,
			`link set inner name eth0 netns ${pid}`,
			`link set ${name} up`,
			`link set ${name} master box0`,
		);
	},
	configure: (pid, address) => {
		const script = `ip link set lo up; ip link set eth0 up; ip address add ${address}/24 dev eth0 && ip route add default via 10.88.0.1`;
		execFileSync("nsenter", [`--net=/proc/${pid}/ns/net`, "sh", "-ec", script]);
	},
	join: (pid) => {
		const inside = openSync(`/proc/${pid}/ns/net`, "r");
		setns(inside, 0);
		closeSync(inside);
	},
	remove: end,
	undo: end,
});
