import { lstatSync, readFileSync } from "node:fs";
import type { Identity } from "../identity.ts";
import { numbersIn } from "./proc.ts";
import type { Reader } from "./reader.ts";

const NAMES_MAX = 64;
const BYTES_MAX = 64 << 10;

export const identity: Reader<"identity"> = (asked) => ({
	process: ({ pid, status }) => ({
		credentials: {
			uids: numbersIn(status, "Uid"),
			gids: numbersIn(status, "Gid"),
			groups: numbersIn(status, "Groups"),
			capabilities: status.get("CapEff") ?? "",
			boundingSet: status.get("CapBnd") ?? "",
			permitted: status.get("CapPrm") ?? "",
			inheritable: status.get("CapInh") ?? "",
			ambient: status.get("CapAmb") ?? "",
			noNewPrivileges: status.get("NoNewPrivs") === "1",
			seccompFilters: Number(status.get("Seccomp_filters") ?? 0),
		},
		identity: asked === undefined ? null : readIdentity(pid),
	}),
});

/** Reads how a process's user and group numbers are mapped, and which names they have in its root. */
function readIdentity(pid: number): Identity {
	return {
		uidMap: readMap(`/proc/${pid}/uid_map`),
		gidMap: readMap(`/proc/${pid}/gid_map`),
		users: readNames(`/proc/${pid}/root/etc/passwd`),
		groups: readNames(`/proc/${pid}/root/etc/group`),
	};
}

// "0 1000 1": the first number inside, the first number in the reader's user namespace, and how many. See
// user_namespaces(7).
function readMap(path: string): Identity["uidMap"] {
	const lines = readFileSync(path, "utf8").trim().split("\n").filter(Boolean);
	return lines.map((line) => {
		const [inside = 0, outside = 0, length = 0] = line.trim().split(/\s+/).map(Number);
		return { inside, outside, length };
	});
}

// "root:x:0:…", in both files. See passwd(5) and group(5).
function readNames(path: string): Identity["users"] {
	try {
		const info = lstatSync(path);
		if (!info.isFile() || info.size > BYTES_MAX) return [];
		const lines = readFileSync(path, "utf8").split("\n");
		return lines
			.flatMap((line) => {
				const [name, , id] = line.split(":");
				return name && /^\d+$/.test(id ?? "") ? [{ id: Number(id), name }] : [];
			})
			.slice(0, NAMES_MAX);
	} catch {
		return [];
	}
}
