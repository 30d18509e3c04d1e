// diagnosis: veth-end-outside
// misconception: 15
import { connectWith, ip, ports, within } from "../../support/network.ts";

export const connect = connectWith({
	plug: (name) => ip(`link add ${name} type veth peer name p${name.slice(4)}`, `link set ${name} master box0 up`),
	configure: (inside, address) => {
		within(inside, () => ip("link set lo up"));
		ip(`link set dev ${ports().at(-1)} up`);
		void address;
	},
});
