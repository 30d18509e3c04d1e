import type { FileId } from "../root.ts";
import { readFileId } from "./file-id.ts";
import type { Reader } from "./reader.ts";

export const descriptors: Reader<"descriptors"> = () => ({
	process: ({ pid, descriptors }) => ({ descriptors, openPlaces: readOpenPlaces(pid, descriptors) }),
});

function readOpenPlaces(pid: number, descriptors: Record<string, string>): Record<string, FileId> {
	const places = Object.keys(descriptors).map((fd) => [fd, readFileId(`/proc/${pid}/fd/${fd}`)] as const);
	return Object.fromEntries(places.flatMap(([fd, place]) => (place === null ? [] : [[fd, place]])));
}
