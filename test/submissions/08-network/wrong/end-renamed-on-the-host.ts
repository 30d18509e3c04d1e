// diagnosis: name-taken
import { getpid } from "#kernel";
import { connectWith, ip } from "../../support/network.ts";

export const connect = connectWith({
	plug: (name, inside) =>
		ip(
			`link add ${name} type veth peer name inner`,
			"link set inner name eth0",
			`link set eth0 netns /proc/${getpid()}/fd/${inside}`,
			`link set ${name} master box0 up`,
		),
});
