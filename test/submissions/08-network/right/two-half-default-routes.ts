import { connectWith, ip, within } from "../../support/network.ts";

export const connect = connectWith({
	configure: (inside, address) =>
		within(inside, () =>
			ip(
				"link set dev lo up",
				"link set dev eth0 up",
				`address add ${address}/24 broadcast + dev eth0`,
				"route add 0.0.0.0/1 via 10.88.0.1",
				"route add 128.0.0.0/1 via 10.88.0.1",
			),
		),
});
