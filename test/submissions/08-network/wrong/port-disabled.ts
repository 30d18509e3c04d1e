// diagnosis: port-not-forwarding
import { getpid } from "#kernel";
import { connectWith, ip } from "../../support/network.ts";

export const connect = connectWith({
	plug: (name, inside) =>
		ip(
			`link add ${name} type veth peer name eth0 netns /proc/${getpid()}/fd/${inside}`,
			`link set ${name} master box0 up`,
			`link set ${name} type bridge_slave state 0`,
		),
});
