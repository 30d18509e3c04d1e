// diagnosis: refusal-swallowed
import { connectWith, ip, within } from "../../support/network.ts";

export const connect = connectWith({
	configure: (inside, address) =>
		within(inside, () => {
			ip("link set lo up", "link set eth0 up");
			try {
				ip(`address add ${address}/24 dev eth0`, "route add default via 10.88.0.1");
			} catch (error) {
				console.error(error);
			}
		}),
});
