// diagnosis: host-unreachable
import { connectWith, ip, nft, within } from "../../support/network.ts";

// A wall in the container's own namespace, through which no answer comes.
export const connect = connectWith({
	configure: (inside, address) =>
		within(inside, () => {
			ip("link set lo up", `address add ${address}/24 dev eth0`, "link set eth0 up", "route add default via 10.88.0.1");
			nft('table ip wall { chain input { type filter hook input priority 0\niifname "eth0" drop\n}\n}');
		}),
});
