import type { Progress } from "../progress.ts";
import { type Base, ensureBase } from "./base.ts";
import { ensureKit } from "./kit.ts";

/** Everything that a virtual machine boots from. */
export interface Image {
	/** Names what is in it. */
	key: string;
	base: Base;
	initrd: string;
}

/** Gives this version's image, building what is not in the cache. */
export async function ensureImage(progress: Progress): Promise<Image> {
	const base = await ensureBase(progress);
	const kit = await ensureKit(base, progress);
	return { key: kit.key, base, initrd: kit.initrd };
}
