// diagnosis: address-of-another
import { connectWith, ip, within } from "../../support/network.ts";

export const connect = connectWith({
	configure: (inside) =>
		within(inside, () =>
			ip("link set lo up", "address add 10.88.0.2/24 dev eth0", "link set eth0 up", "route add default via 10.88.0.1"),
		),
});
