import * as v from "valibot";
import { count, device, list, record, text } from "../readings/bounded.ts";
import { Network } from "../readings/network.ts";

/** The views of a demo that the instructors' page can show; a demo names those that it is about. */
export const VIEWS = [
	"answers",
	"namespaces",
	"processes",
	"mounts",
	"limits",
	"layers",
	"network",
	"identity",
] as const;

/** Read for the view "limits". */
export const Limits = v.object({
	/** Memory of the whole machine, in bytes: what is not available, and all that there is. See MemAvailable in proc_meminfo(5). */
	machine: v.object({ usedBytes: count, totalBytes: count }),
	/** Files such as `memory.current`, by cgroup: of those made since the stage began, and of those that a shell is in. */
	cgroups: record(text, record(text, text)),
});

/** A directory of an overlay, and what is in it; null where it is no more. */
const Layer = v.object({
	path: text,
	entries: v.nullable(
		list(
			v.object({
				path: text,
				kind: v.picklist(["file", "directory", "whiteout", "other"]),
				/** Of a file, in bytes. */
				size: count,
				/** Nothing of the layers below this directory is seen. */
				opaque: v.boolean(),
			}),
		),
	),
	/** There are more entries than these. */
	more: v.boolean(),
});

/** An overlay that is mounted somewhere. Read for the view "layers". */
export const Layers = v.object({
	/** Of the overlay: so a line of a mount table is found. */
	device,
	/** The topmost first. All that `upper` covers is among their entries. */
	lower: list(Layer),
	/** Null where nothing can be written. */
	upper: v.nullable(Layer),
});

/** A network namespace. Read for the view "network". */
export const Net = v.object({
	/** `net:[4026531840]`. */
	namespace: text,
	/** What ip-netns(8) calls it, or empty. */
	name: text,
	...Network.entries,
	/** The links' numbers by name, and those of their other ends: 0 for a link that has none. */
	indices: record(text, v.object({ own: count, peer: count })),
	/** TCP sockets that wait for somebody. */
	listeners: list(v.object({ address: text, port: count, program: text })),
});

const Named = list(v.object({ id: count, name: text }));
const IdMap = list(v.object({ inside: count, outside: count, length: count }));

/** Whose numbers a process has. Read for the view "identity". */
export const Identity = v.object({
	/** The lines of /proc/PID/uid_map and gid_map. See user_namespaces(7). */
	uidMap: IdMap,
	gidMap: IdMap,
	/** The first of /etc/passwd and /etc/group in its root. */
	users: Named,
	groups: Named,
});

export type ViewName = (typeof VIEWS)[number];
export type Limits = v.InferOutput<typeof Limits>;
export type Layers = v.InferOutput<typeof Layers>;
export type Layer = v.InferOutput<typeof Layer>;
export type Net = v.InferOutput<typeof Net>;
export type Identity = v.InferOutput<typeof Identity>;
