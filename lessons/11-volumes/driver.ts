import { removeVolume } from "../../solutions/11-volumes/volumes.ts";
import { oneAtATime } from "../../solutions/lock.ts";

export { run } from "../../solutions/box.ts";

/** Does the same as `box volume rm`. */
export function remove({ path }: { path: string }): number {
	oneAtATime(() => removeVolume(path));
	return 0;
}
