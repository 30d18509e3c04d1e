// diagnosis: not-forwarded
// misconception: 15
import { connectWith } from "../../support/network.ts";

export const connect = connectWith({
	forward: () => {},
});
