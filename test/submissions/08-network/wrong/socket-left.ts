// diagnosis: namespace-alive
// misconception: 17
// Keeps one of its ports from everybody else: a server in the container's namespace, and nobody closes it.
import { createServer } from "node:net";
import { connectWith, ip, within } from "../../support/network.ts";

export const connect = connectWith({
	configure: (inside, address) =>
		within(inside, () => {
			ip("link set lo up", `address add ${address}/24 dev eth0`, "link set eth0 up", "route add default via 10.88.0.1");
			createServer().listen(9);
		}),
});
