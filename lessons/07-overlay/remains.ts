import type { Context, Explanation } from "../../harness/judge/index.ts";
import { REFUSED } from "./scenario.ts";

/** Explanations of how the refused container ends, and of what any container leaves behind. */

export const mountsLeft: Explanation = {
	diagnosis: "mounts-left",
	misconception: 17,
	why: "A mount in the host's table lives until it is unmounted; that its container has ended is nothing to it. These were not there before.",
	try: "In remove: umount2(merged, 0), before the directories go.",
	see: ["umount2(2)"],
};

/** Whether mountOverlay itself threw, and not a container that was started all the same. */
export const threwAtOnce = ({ observation: { calls } }: Context, name: string) => {
	const ending = calls[name]?.ending;
	return ending?.how === "threw" && !ending.inChild && /\bmountOverlay\b/.test(ending.thrown.stack);
};

export const leftAfterRefusal: Explanation = {
	diagnosis: "left-after-refusal",
	misconception: 17,
	why: "This was made for a container that has never come to be: an exception ended mountOverlay. The engine removes only what mountOverlay has returned, and it has returned nothing.",
	try: "Catch the exception, remove what was made for this container, and throw the exception again.",
	see: ["mount(2)"],
};

export const refusedMountsLeft: Explanation = {
	...leftAfterRefusal,
	when: (context) =>
		threwAtOnce(context, REFUSED) &&
		[context.facts["host.mounts.after"] ?? []].flat().every((mount) => String(mount).includes("‹refused›")),
};

export const refusedLeft: Explanation[] = [
	{ ...leftAfterRefusal, when: (context) => threwAtOnce(context, REFUSED) },
	{
		...leftAfterRefusal,
		why: "One layer of this container is not there, and this is what is left of it. It was not mountOverlay's exception that ended it: what was made has not been removed.",
		try: "Let mountOverlay throw, once it has removed what it had made.",
	},
];

export const refusedEnding: Explanation[] = [
	{
		when: ({ observation: { calls } }) =>
			["exited", "child-returned", "asynchronous"].includes(calls[REFUSED]?.ending.how ?? ""),
		diagnosis: "no-exception",
		why: ({ observation: { calls } }) =>
			`mount refuses to put a layer into an overlay that is not there: ENOENT. What came of that: ${calls[REFUSED]?.ending.how}. The engine may have made other parts of the container, and learns by an exception that it has to remove them.`,
		try: "Let the exception through: do not end the program yourself.",
		see: ["mount(2), ERRORS"],
	},
	{
		diagnosis: "refusal-swallowed",
		why: "mount refuses to put a layer into an overlay that is not there: ENOENT. mountOverlay came back all the same, and a process was started that was to become the container, on a root that is not its image.",
		try: "Let the exception through, once everything is removed again.",
		see: ["mount(2), ERRORS"],
	},
];
