// No cable at all: everybody's addresses are on the loopback, and servers there answer in the place of those who are asked.
// lesson: 08
// diagnosis: no-link
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { connectWith, ip, within } from "../../submissions/support/network.ts";

const NAMES = ["box", "other", "host", "world"];

function serve(ports: readonly number[]): void {
	for (const name of NAMES) {
		mkdirSync(`/srv/${name}`, { recursive: true });
		writeFileSync(`/srv/${name}/index.html`, `${name}\n`);
	}
	for (const port of ports) spawn("busybox", ["httpd", "-p", String(port), "-h", "/srv/host"], { stdio: "ignore" });
}

export const connect = connectWith({
	bridge: () => {},
	plug: (_, inside) => within(inside, () => serve([80, 7777, 8080])),
	configure: (inside, address) => {
		ip(`address add ${address}/32 dev lo`);
		within(inside, () =>
			ip("link set lo up", ...["10.88.0.0/16", "203.0.113.0/24"].map((all) => `route add local ${all} dev lo`)),
		);
	},
	rules: (_name, _address, published) => {
		serve(published.map(({ host }) => host));
		return "";
	},
	remove: () => void spawnSync("busybox", ["killall", "httpd"], { stdio: "ignore" }),
});
