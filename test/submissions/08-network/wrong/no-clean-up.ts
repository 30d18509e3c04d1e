// diagnosis: veth-left
// misconception: 17
import { connectWith } from "../../support/network.ts";

export const connect = connectWith({
	remove: () => {},
	undo: () => {},
});
