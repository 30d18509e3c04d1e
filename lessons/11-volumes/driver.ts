import { removeVolume } from "../../solutions/11-volumes/volumes.ts";
import { oneAtATime } from "../../solutions/lock.ts";

export { run } from "../../solutions/box.ts";

/** Removes the named volume whose directory is `path`, under the engine's lock, as `box volume rm` does. */
export function remove({ path }: { path: string }): number {
	oneAtATime(() => removeVolume(path));
	return 0;
}
