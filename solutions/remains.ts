import { abandoned, giveBack, hasClaims } from "./claims.ts";
import { doAll } from "./container.ts";
import { parts } from "./part.ts";

/** Removes everything that a container can leave, when no process of its engine is left. */
export function removeRemains(id: string): void {
	if (!hasClaims(id)) return;
	doAll(parts, (part) => part.removeRemains?.(id));
	giveBack(id);
}

/** Removes what boxes have left that were killed altogether. */
export function removeAbandoned(): void {
	for (const id of abandoned())
		try {
			removeRemains(id);
		} catch {
			// Another box is at it, too; or the next one tries again.
		}
}

/** Pids of a container's processes; null when no part has a list of them. */
export function processesOf(id: string): number[] | null {
	return parts.find(({ processes }) => processes)?.processes?.(id) ?? null;
}
