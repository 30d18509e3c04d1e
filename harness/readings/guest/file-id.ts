import { statSync } from "node:fs";
import type { FileId } from "../root.ts";
import { formatDevice } from "./device.ts";

/** Device and inode of what is at a path; null if nothing is there. */
export function readFileId(path: string): FileId | null {
	try {
		const { dev, ino } = statSync(path);
		return { device: formatDevice(dev), inode: String(ino) };
	} catch {
		return null;
	}
}
