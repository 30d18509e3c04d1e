// diagnosis: second-not-joined

import { CLONE_NEWNET, setns } from "#kernel";
import { connectWith, ports } from "../../support/network.ts";

// Believed that only the first container has to be moved.
export const connect = connectWith({
	join: (inside) => {
		if (ports().length < 2) setns(inside, CLONE_NEWNET);
	},
});
