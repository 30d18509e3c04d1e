import { readNamespaces } from "./namespaces.ts";
import { readCgroup } from "./proc.ts";
import type { Reader } from "./reader.ts";
import { directoryAt } from "./root.ts";

export const engine: Reader<"engine"> = () => ({
	process: ({ engine: { pid, descriptors } }) => ({
		enginePid: pid,
		engineInHostRoot: directoryAt(`/proc/${pid}/root/.`) === directoryAt("/proc/1/root/."),
		engineNamespaces: readNamespaces(pid),
		engineCgroup: readCgroup(pid),
		engineDescriptors: descriptors,
	}),
});
