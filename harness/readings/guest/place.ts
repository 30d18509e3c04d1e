import { statSync } from "node:fs";
import type { Place } from "../root.ts";
import { deviceName } from "./device.ts";

/** What names a file or directory, whatever path leads to it; null where there is none. */
export function readPlace(path: string): Place | null {
	try {
		const { dev, ino } = statSync(path);
		return { device: deviceName(dev), inode: String(ino) };
	} catch {
		return null;
	}
}
