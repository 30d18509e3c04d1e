// diagnosis: networks-differ
import { connectWith, ip, links } from "../../support/network.ts";

export const connect = connectWith({
	bridge: () => {
		if (!links().includes("box0"))
			ip("link add box0 type bridge", "address add 10.80.0.1/24 dev box0", "link set box0 up");
	},
});
