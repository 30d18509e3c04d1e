// diagnosis: second-never-ran

import { _exit, CLONE_NEWNET, setns } from "#kernel";
import { connectWith, ports } from "../../support/network.ts";

export const connect = connectWith({
	join: (inside) => {
		if (ports().length > 1) _exit(0);
		setns(inside, CLONE_NEWNET);
	},
});
