// diagnosis: namespace-of-ip
import { connectWith, ip } from "../../support/network.ts";

export const connect = connectWith({
	plug: (name, inside) =>
		ip(`link add ${name} type veth peer name eth0 netns /proc/self/fd/${inside}`, `link set ${name} master box0 up`),
});
