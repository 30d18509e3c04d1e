// diagnosis: not-joined
import { connectWith, within } from "../../support/network.ts";

export const connect = connectWith({
	join: (inside) => within(inside, () => {}),
});
