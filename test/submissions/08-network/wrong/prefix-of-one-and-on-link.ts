// diagnosis: networks-differ
import { connectWith, ip, links, within } from "../../support/network.ts";

// Each side has its own address, and neither a network that the other is in.
export const connect = connectWith({
	bridge: () => {
		if (!links().includes("box0"))
			ip("link add box0 type bridge", "address add 10.88.0.1/32 dev box0", "link set box0 up");
	},
	configure: (inside, address) =>
		within(inside, () =>
			ip(
				"link set lo up",
				`address add ${address}/32 dev eth0`,
				"link set eth0 up",
				"route add default via 10.88.0.1 dev eth0 onlink",
			),
		),
});
