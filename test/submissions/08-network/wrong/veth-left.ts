// diagnosis: veth-left
// misconception: 17
import { connectWith, removeTable } from "../../support/network.ts";

export const connect = connectWith({
	remove: (name) => removeTable(name),
});
