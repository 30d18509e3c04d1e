// diagnosis: port-not-forwarding
import { connectWith, ip, links } from "../../support/network.ts";

// The bridge looks for loops first: a new port listens and learns for 15 seconds each before it passes anything on.
export const connect = connectWith({
	bridge: () => {
		if (!links().includes("box0"))
			ip("link add box0 type bridge stp_state 1", "address add 10.88.0.1/24 dev box0", "link set box0 up");
	},
});
