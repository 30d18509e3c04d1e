// diagnosis: made-twice
import { connectWith, ip, links } from "../../support/network.ts";

export const connect = connectWith({
	bridge: () => {
		if (!links().includes("box0")) ip("link add box0 type bridge");
		ip("address add 10.88.0.1/24 dev box0", "link set box0 up");
	},
});
