// diagnosis: bridge-without-address
import { connectWith, ip, links } from "../../support/network.ts";

export const connect = connectWith({
	bridge: () => {
		if (!links().includes("box0")) ip("link add box0 type bridge", "link set box0 up");
	},
});
