import { existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { unlessGone } from "./unless-gone.ts";

/**
 * Where box keeps what it makes. An ordinary user's box has directories of its own, in which this user may write.
 *
 * All of this is found out when box starts. Later, box may be root in a user namespace (lesson 17), and could no longer
 * tell.
 */

/** Whose box this is, as the host numbers users. */
export const OWNER = process.getuid?.() ?? 0;

/** The line of this user in /etc/passwd; null if there is none. */
export const ACCOUNT = OWNER === 0 ? null : unlessGone(() => userInfo(), null);

const fromEnvironment = (variable: string, otherwise: string) => process.env[variable] ?? otherwise;

/** What exists as long as containers run. Its directory above exists already: for a user, a login has made it. */
export const RUN = OWNER === 0 ? "/run/box" : `${fromEnvironment("XDG_RUNTIME_DIR", `/run/user/${OWNER}`)}/box`;

/** What outlives containers. */
export const DATA =
	OWNER === 0 ? "/var/lib/box" : `${fromEnvironment("XDG_DATA_HOME", `${ACCOUNT?.homedir ?? ""}/.local/share`)}/box`;

/**
 * The parent of all containers' cgroups. A user may only make cgroups in a part of the tree that root has handed over. If
 * box is in such a part, the containers' cgroups are beside box's own: a cgroup that hands controllers down contains no
 * processes itself.
 */
export const CGROUP = OWNER === 0 ? "/sys/fs/cgroup/box" : dirname(ownCgroup());

// The path is relative to the root of the cgroup namespace. See cgroups(7).
function ownCgroup(): string {
	const text = existsSync("/proc/self/cgroup") ? readFileSync("/proc/self/cgroup", "utf8") : "";
	return `/sys/fs/cgroup${/^0::(.*)$/m.exec(text)?.[1] ?? "/"}`;
}
