// diagnosis: kind-not-supported
import { connectWith, ip } from "../../support/network.ts";

export const connect = connectWith({
	plug: (name) => ip(`link add ${name} type wireguard`, `link set ${name} up`),
});
