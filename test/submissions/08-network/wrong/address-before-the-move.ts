// diagnosis: no-address
import { getpid } from "#kernel";
import { connectWith, ip, within } from "../../support/network.ts";

export const connect = connectWith({
	plug: (name, inside) =>
		ip(
			`link add ${name} type veth peer name inner`,
			"address add 10.88.0.9/24 dev inner",
			`link set inner netns /proc/${getpid()}/fd/${inside}`,
			`link set ${name} master box0 up`,
		),
	configure: (inside) =>
		within(inside, () =>
			ip("link set lo up", "link set inner name eth0", "link set eth0 up", "route add default dev eth0"),
		),
});
