import { getpid } from "#kernel";
import { connectWith, ip, within } from "../../support/network.ts";

// The inner end has a name of its own until it is inside.
export const connect = connectWith({
	plug: (name, inside) => {
		const inner = `c${name.slice(4)}`;
		ip(
			`link add ${name} type veth peer name ${inner}`,
			`link set ${name} master box0 up`,
			`link set ${inner} netns /proc/${getpid()}/fd/${inside}`,
		);
		within(inside, () => ip(`link set ${inner} name eth0`));
	},
});
