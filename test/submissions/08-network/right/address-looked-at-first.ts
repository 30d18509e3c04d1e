import { isIPv4 } from "node:net";
import { connectWith } from "../../support/network.ts";

const connected = connectWith({});

// Refuses what is no address before anything is made.
export function connect(name: string, address: string, published: readonly { host: number; container: number }[]) {
	if (!isIPv4(address)) throw new RangeError(`no address: ${address}`);
	return connected(name, address, published);
}
