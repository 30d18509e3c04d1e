import { BOX, type Context, type Explanation, howItEnded } from "../../harness/judge/index.ts";
import { LONE, NEIGHBOUR, REFUSED } from "./scenario.ts";

/** Explanations of how the refused container ends, and of what any container leaves behind. */

export const mountsLeft: Explanation = {
	diagnosis: "mounts-left",
	misconception: 17,
	why: "A mount in the host's mount table stays until it is unmounted, even if its container has ended. These mounts were not there before.",
	try: "In remove, call umount2 for every mount that your code has made, the last one first, before you remove the directories.",
	see: ["umount2(2)"],
};

/** Whether mountOverlay itself threw, so that no container was started. */
const threwAtOnce = ({ observation: { calls } }: Context, name: string) => {
	const ending = calls[name]?.ending;
	return ending?.how === "threw" && !ending.inChild && /\bmountOverlay\b/.test(ending.thrown.stack);
};

export const leftAfterRefusal: Explanation = {
	diagnosis: "left-after-refusal",
	misconception: 17,
	followsFrom: [],
	why: "mountOverlay made this for a container, and then threw an exception. The engine can remove only what mountOverlay returns, and it returned nothing.",
	try: "Catch the exception, remove what was made for this container, and throw the exception again.",
	see: ["mount(2)"],
};

/** The call of each container, by the name of the drawn value that is the container's id. */
const CALLS_BY_ID = { id: BOX, neighbour: NEIGHBOUR, lone: LONE, refused: REFUSED };

/**
 * Explains leftovers if all of them belong to containers for which mountOverlay threw.
 * @param fact the name of the fact that lists the leftovers, as paths
 */
export const onlyLeftAfterRefusal = (fact: string): Explanation => ({
	...leftAfterRefusal,
	when: (context) =>
		[context.facts[fact] ?? []]
			.flat()
			.every((path) =>
				Object.entries(CALLS_BY_ID).some(
					([id, call]) => String(path).includes(`‹${id}›`) && threwAtOnce(context, call),
				),
			),
});

/** No container was started at all, so everything that was left behind was left by a mountOverlay that threw. */
export const neverStarted: Explanation = {
	...leftAfterRefusal,
	when: (context) => threwAtOnce(context, BOX) && context.facts["command.ran"] === false,
};

export const refusedLeft: Explanation[] = [
	{ ...leftAfterRefusal, when: (context) => threwAtOnce(context, REFUSED) },
	{
		...leftAfterRefusal,
		why: "One layer of this container does not exist. mountOverlay did not end with an exception, and this is left of what it made for the container.",
		try: "Let mountOverlay remove what it has made, and then throw.",
	},
];

/** Endings of an engine that neither returned nor threw. */
const WITHOUT_EXCEPTION = ["exited", "child-returned", "asynchronous"];

export const refusedEnding: Explanation[] = [
	{
		when: ({ observation: { calls } }) => WITHOUT_EXCEPTION.includes(calls[REFUSED]?.ending.how ?? ""),
		diagnosis: "no-exception",
		why: ({ observation: { calls } }) =>
			`One layer of this container does not exist, so mount fails with ENOENT. But mountOverlay threw no exception: it ${howItEnded(calls[REFUSED]?.ending)}. The engine may have made other parts of the container, and needs the exception to know that it must remove them.`,
		try: "Let the exception through. Do not end the process in mountOverlay.",
		see: ["mount(2), ERRORS"],
	},
	{
		when: ({ observation: { calls } }) => calls[REFUSED]?.ending.how === "hung",
		diagnosis: "no-exception",
		why: "One layer of this container does not exist, so mount fails with ENOENT, and mountOverlay should end with that exception. But this call had not ended when the check gave up.",
		try: "First find out why your program does not come to an end.",
		see: ["mount(2), ERRORS"],
	},
	{
		diagnosis: "refusal-swallowed",
		why: "One layer of this container does not exist, so mount fails with ENOENT. But mountOverlay returned, and the engine started the container's process, with a root that is not its image.",
		try: "Remove everything that was made, then let the exception through.",
		see: ["mount(2), ERRORS"],
	},
];
