// diagnosis: no-link
// misconception: 15
import { connectWith, ip, within } from "../../support/network.ts";

export const connect = connectWith({
	plug: () => {},
	configure: (inside) => within(inside, () => ip("link set lo up")),
});
