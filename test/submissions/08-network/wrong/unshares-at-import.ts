// diagnosis: engine-left-host
// Believed that what every container needs can be done once, when the module is loaded.

import { CLONE_NEWIPC, unshare } from "#kernel";
import { connectWith } from "../../support/network.ts";

unshare(CLONE_NEWIPC);

export const connect = connectWith({});
