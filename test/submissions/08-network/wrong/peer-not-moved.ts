// diagnosis: end-not-inside
// misconception: 15
import { connectWith, ip } from "../../support/network.ts";

export const connect = connectWith({
	plug: (name) => ip(`link add ${name} type veth peer name inner`, `link set ${name} master box0 up`),
	undo: () => {},
});
