import { type Context, called, type Explanation } from "../../harness/judge/index.ts";
import { CONTAINERS } from "./scenario.ts";

/** Explanations of mounts that keep a container from being removed. */

/** Mount points of the mounts that the host has now and did not have at first, one entry for each mount. */
const newMountPoints = (
	{ observation: { before } }: Context,
	now: { mounts: readonly { id: number; mountPoint: string }[] },
) => {
	const known = new Set(before.mounts.map(({ id }) => id));
	return now.mounts.filter(({ id }) => !known.has(id)).map(({ mountPoint }) => mountPoint);
};

/** Mount points that had several mounts on top of each other, and still have some of these mounts, but not all. */
function halfUnmounted(context: Context): string[] {
	const during = context.during === undefined ? [] : newMountPoints(context, context.during.host);
	const stacked = during.filter((place, index) => during.indexOf(place) !== index);
	const after = newMountPoints(context, context.observation.after);
	const count = (places: string[], place: string) => places.filter((other) => other === place).length;
	return after.filter((place) => stacked.includes(place) && count(after, place) < count(during, place));
}

/** Mount points of a container's mounts that are still there. */
export const stillMounted = (context: Context): string[] =>
	newMountPoints(context, context.observation.after).filter((place) => place.startsWith(`${CONTAINERS}/`));

export const oneOfTwo: Explanation = {
	when: (context) => halfUnmounted(context).length > 0,
	diagnosis: "one-of-two-unmounted",
	misconception: 17,
	why: (context) =>
		`While the command ran, the host's mount table had two mounts on ${halfUnmounted(context)[0]}, one on top of the other. umount2 removes only the upper one. The lower one is still there.`,
	try: "Call umount2 as often as you call mount. Or mount all layers and upperdir in one overlay.",
	see: ["umount2(2)", "mount_namespaces(7)"],
};

const isBusy = ({ thrown }: Context) => /EBUSY|resource busy/.test(thrown?.message ?? "");

// Only a path of the host begins with CONTAINERS. A process that has entered the container unmounts by another path.
const triedToUnmount = (context: Context) => called(context, "umount2", `${CONTAINERS}/`);

export const busyDirectories: Explanation[] = [
	{
		when: (context) => isBusy(context) && stillMounted(context).length > 0 && !triedToUnmount(context),
		diagnosis: "removed-before-unmounted",
		misconception: 17,
		why: "A mount point cannot be removed: EBUSY. Before this error, files below the mount point were removed through the mount. They were files of the container's root. For each one that is in a lower layer, there is now a whiteout in upper.",
		try: "Call umount2(merged, 0) first, then rmSync.",
		see: ["rmdir(2), ERRORS", "umount2(2)"],
	},
	{
		when: (context) => isBusy(context) && stillMounted(context).length > 0,
		diagnosis: "mount-in-the-way",
		misconception: 17,
		why: (context) =>
			`A mount point cannot be removed: EBUSY. The host's mount table still has ${stillMounted(context).join(", ")}.`,
		try: "Unmount everything that was mounted for this container, the last mount first. Then remove the directories.",
		see: ["rmdir(2), ERRORS", "umount2(2)"],
	},
];
