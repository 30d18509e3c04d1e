// diagnosis: host-unreachable
import { connectWith, ip, within } from "../../support/network.ts";

export const connect = connectWith({
	configure: (inside, address) =>
		within(inside, () =>
			ip(
				"link set lo up",
				"link set eth0 arp off",
				`address add ${address}/24 dev eth0`,
				"link set eth0 up",
				"route add default via 10.88.0.1",
			),
		),
});
