// diagnosis: not-joined
import { connectWith } from "../../support/network.ts";

export const connect = connectWith({
	join: () => {},
});
