import { abandoned, giveBack, hasClaims } from "./claims.ts";
import { doAll } from "./container.ts";
import { inPlaceOfFiles, parts } from "./part.ts";

/** Removes everything that a container can leave behind. Call it only after all processes of its engine have ended. */
export function removeRemains(id: string): void {
	// A container gives its claims back last. Without claims, it has left nothing behind.
	if (!hasClaims(id)) return;
	inPlaceOfFiles(() => doAll(parts, (part) => part.removeRemains?.(id)));
	giveBack(id);
}

/** Removes what is left of containers whose box was killed before it could clean up. */
export function removeAbandoned(): void {
	for (const id of abandoned())
		try {
			removeRemains(id);
		} catch {
			// Another box may be removing the same things. If they remain, the next box tries again.
		}
}

/** Pids of a container's processes; null when no part has a list of them. */
export function processesOf(id: string): number[] | null {
	return parts.find(({ processes }) => processes)?.processes?.(id) ?? null;
}
