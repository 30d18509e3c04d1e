import type { ShownProcess } from "./namespaces.ts";
import type { Picture } from "./past.ts";

/** A place where a container, or the host, finds files from elsewhere. */
export interface VolumeTarget {
	key: string;
	/** The mount point, as the process sees it. */
	path: string;
	/** The key of the source. */
	source: string;
	readOnly: boolean;
	isNew: boolean;
}

/** The processes of one mount namespace, and the targets that they see. */
export interface VolumeUser {
	key: string;
	of: ShownProcess[];
	/**
	 * The layers of the overlay that is the container's root; null for the host, and for a root without an upper layer.
	 */
	layers: { upper: string; lower: string[] } | null;
	targets: VolumeTarget[];
}

/** Where the files are. One source may be at several targets. */
export interface VolumeSource {
	key: string;
	kind: "directory" | "file" | "volume" | "memory";
	/** Its path on the host; empty for a tmpfs of the container's. */
	path: string;
	/** The name of a named volume; otherwise empty. */
	name: string;
	/** The first names in the directory; none for a file. */
	names: VolumeName[];
	/** The directory has more names than these. */
	isTruncated: boolean;
}

export interface VolumeName {
	name: string;
	/** It was copied from the image: the source is a named volume, and the image has this name at the target. */
	isFromImage: boolean;
	isNew: boolean;
}

export interface VolumesPicture extends Picture {
	users: VolumeUser[];
	sources: VolumeSource[];
	/** The key of the target or source that the sentence on the latest change is about; null for none. */
	changedKey: string | null;
}

export type VolumeParts = Pick<VolumesPicture, "users" | "sources">;
