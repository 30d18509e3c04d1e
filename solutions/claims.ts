import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { getpid, kill } from "#kernel";
import { unlessGone } from "./gone.ts";

/**
 * What containers have of which there is only one, such as an address. A container's id is claimed before anything is
 * made for it, and given back when everything is removed: where there is no claim, there is nothing.
 */
const CLAIMS = "/run/box/claims";

/** Claims something for a container. @returns whether nobody has it */
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

/** Ids of containers whose box was killed altogether, with nobody left to clean up. */
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
