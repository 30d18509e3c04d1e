import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The kit's own directory. */
export const kitDir = fileURLToPath(new URL("../", import.meta.url));

/** A path in the kit, such as `inKit("lessons", "02-unshare")`. */
export const inKit = (...parts: string[]): string => join(kitDir, ...parts);
