import { getpid } from "#kernel";
import { connectWith, ip, links, within } from "../../support/network.ts";

const MAC = "02:42:0a:58:00:01";

// Nobody has to ask who the gateway is.
export const connect = connectWith({
	bridge: () => {
		if (!links().includes("box0"))
			ip(`link add box0 address ${MAC} type bridge`, "address add 10.88.0.1/24 dev box0", "link set box0 up");
	},
	plug: (name, inside) =>
		ip(
			`link add ${name} mtu 1400 type veth peer name eth0 mtu 1400 netns /proc/${getpid()}/fd/${inside}`,
			`link set ${name} master box0 up`,
		),
	configure: (inside, address) =>
		within(inside, () =>
			ip(
				"link set lo up",
				"link set eth0 up",
				`address add ${address}/24 dev eth0`,
				`neigh replace 10.88.0.1 lladdr ${MAC} dev eth0 nud permanent`,
				"route add default via 10.88.0.1",
			),
		),
});
