// Nothing is published: the host itself has a server at each of the published ports, which says what the container's would.
// lesson: 08
// diagnosis: not-published
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { chain, connectWith } from "../../submissions/support/network.ts";

export const connect = connectWith({
	rules: (name, address, published) => {
		mkdirSync("/srv/box", { recursive: true });
		writeFileSync("/srv/box/index.html", "box\n");
		for (const { host } of published)
			spawn("busybox", ["httpd", "-p", `${host}`, "-h", "/srv/box"], { stdio: "ignore" });
		return `table ip ${name} {
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`;
	},
});
