import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { getpid, kill } from "#kernel";
import { RUN } from "./places.ts";
import { unlessGone } from "./unless-gone.ts";

/**
 * Things that only one container can have at a time, such as an address: a file for each claim. A container claims its
 * own id before anything is made for it, and gives the id back after everything is removed. So a container without a
 * claim has left nothing behind.
 */
export const CLAIMS = `${RUN}/claims`;

/** Claims something for a container. @returns false if it is claimed already */
export function claim(what: string, id: string): boolean {
	mkdirSync(CLAIMS, { recursive: true });
	try {
		writeFileSync(`${CLAIMS}/${what}`, `${id} ${getpid()}`, { flag: "wx" });
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
}

/** Gives back all that a container has claimed. */
export function giveBack(id: string): void {
	for (const { path } of claims().filter((claim) => claim.id === id)) rmSync(path, { force: true });
}

/** Whether a container has claimed anything. */
export const hasClaims = (id: string): boolean => claims().some((claim) => claim.id === id);

/** Ids of all containers that have claimed their id. */
export const containers = (): string[] =>
	claims()
		.filter(({ path, id }) => path === `${CLAIMS}/${id}`)
		.map(({ id }) => id);

/**
 * Ids of containers whose claims name a process that no longer runs: such a box was killed before it could clean up.
 */
export function abandoned(): Set<string> {
	return new Set(
		claims()
			.filter(({ pid }) => pid > 0 && !isRunning(pid))
			.map(({ id }) => id),
	);
}

function claims(): { path: string; id: string; pid: number }[] {
	if (!existsSync(CLAIMS)) return [];
	return readdirSync(CLAIMS).map((what) => {
		const path = `${CLAIMS}/${what}`;
		const [id = "", pid] = unlessGone(() => readFileSync(path, "utf8"), "").split(" ");
		return { path, id, pid: Number(pid) };
	});
}

const isRunning = (pid: number) => unlessGone(() => kill(pid, 0) === undefined, false);
