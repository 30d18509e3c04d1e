// diagnosis: second-left-out
import { connectWith, ip, ports, within } from "../../support/network.ts";

export const connect = connectWith({
	configure: (inside, address) => {
		const isFirst = ports().length === 1;
		within(inside, () =>
			ip(
				"link set lo up",
				`address add ${address}/24 dev eth0`,
				"link set eth0 up",
				...(isFirst ? ["route add default via 10.88.0.1"] : []),
			),
		);
	},
});
