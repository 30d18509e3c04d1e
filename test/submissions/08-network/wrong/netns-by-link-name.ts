// diagnosis: namespace-not-found
import { connectWith, ip } from "../../support/network.ts";

// Believed that the namespace is called like the container.
export const connect = connectWith({
	plug: (name) => ip(`link add ${name} type veth peer name eth0 netns ${name}`, `link set ${name} master box0 up`),
});
