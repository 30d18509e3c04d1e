import { statSync } from "node:fs";
import type { Place } from "../root.ts";
import { deviceName } from "./device.ts";

/** Device and inode of what is at a path; null if nothing is there. */
export function readPlace(path: string): Place | null {
	try {
		const { dev, ino } = statSync(path);
		return { device: deviceName(dev), inode: String(ino) };
	} catch {
		return null;
	}
}
