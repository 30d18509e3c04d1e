import { type Context, defineCheck, type Explanation, refused } from "../../harness/grade/index.ts";
import { deriveOverlay, kernelLog, rootOf } from "./facts.ts";
import { refusals } from "./refusals.ts";
import { drawInputs, LAYERS, NEIGHBOUR, scenarioOf } from "./scenario.ts";

const OVERLAYFS = "overlayfs in the kernel's documentation (filesystems/overlayfs)";

const onOverlay = ({ facts }: Context) => facts["root.fstype"] === "overlay";
/** What is not an overlay has no upper layer; the first finding has said so. */
const noOverlay = (_: unknown, context: Context) => !onOverlay(context);
/** What umount2 has refused is left behind, with all that lies below; the exception has been explained. */
const notUnmounted = (_: unknown, context: Context) => refused("umount2", "EBUSY")(context);
const withoutIds = (message: string) => message.replaceAll(/\b[0-9a-f]{8}\b/g, "");
const endedAlike = ({ thrown, observation: { containers } }: Context) => {
	const ending = containers[NEIGHBOUR]?.ending;
	return thrown !== null && ending?.how === "threw" && withoutIds(ending.thrown.message) === withoutIds(thrown.message);
};
const noUpper = (_: unknown, context: Context) => !onOverlay(context) || context.facts["upperdir"] === "none";

const sharedUpper: Explanation = {
	diagnosis: "upper-shared",
	misconception: 13,
	why: ({ observation }) => {
		const warning = kernelLog(observation).find((line) => line.includes("in-use"));
		const said = warning === undefined ? "" : ` It only says in its log: "${warning}".`;
		return `Both containers' overlays have the same upperdir, so what one writes, the other one sees. The kernel mounts that without a complaint.${said}`;
	},
	try: "Make upper and work in dir: each container has one of its own.",
	see: [OVERLAYFS],
};

const mountedOverLayer: Explanation = {
	when: ({ during }) => during?.host.mounts.some(({ mountPoint }) => mountPoint.startsWith(`${LAYERS}/`)) ?? false,
	diagnosis: "mounted-over-a-layer",
	why: "The host's mount table has an overlay on the layer itself. Its files are safe below, but nobody reaches them any more: the next container takes this one's merged view for the layer, and with it what this one has written.",
	try: "Mount on a directory of its own in dir, such as DIR/merged.",
	see: ["mount(2)", OVERLAYFS],
};

const layersChanged: Explanation[] = [
	mountedOverLayer,
	{
		diagnosis: "layers-changed",
		why: "The layers were read before the container started, and again now: these paths came, went, or have other bytes. A layer is part of an image, and every container of that image starts from it.",
		try: "Only read the layers: make and remove nothing outside of dir.",
		see: [OVERLAYFS],
	},
];

const mountsLeft: Explanation = {
	diagnosis: "mounts-left",
	misconception: 17,
	why: "A mount in the host's table lives until it is unmounted; that its container has ended is nothing to it. These were not there before.",
	try: "In remove: umount2(merged, 0), before the directories go.",
	see: ["umount2(2)"],
};

const leftAfterRefusal: Explanation = {
	diagnosis: "left-after-refusal",
	misconception: 17,
	why: "This was made for a container that has never come to be: the kernel refused its mount, and the exception ended mountOverlay. The engine removes only what mountOverlay has returned, and it has returned nothing.",
	try: "Catch the exception, remove what was made for this container, and throw the exception again.",
	see: ["mount(2)"],
};

const refusedMountsLeft: Explanation = {
	...leftAfterRefusal,
	when: ({ facts }) => [facts["host.mounts.after"] ?? []].flat().every((mount) => String(mount).includes("‹refused›")),
};

export default defineCheck({
	module: "overlay.ts",
	exported: "mountOverlay",
	weight: 15,
	learnt:
		"An image is layers that nobody writes to. An overlay shows them as one directory and keeps every change in a layer of its own: a container costs what it has written, and leaves the image as it was.",
	draw: drawInputs,
	scenario: scenarioOf,
	derive: deriveOverlay,
	facts: [
		{
			fact: "root.fstype",
			madeOf: "kernel",
			what: "the file system that the command's root is on",
			explain: [
				{
					when: (context) => rootOf(context.process)?.root.startsWith(`${LAYERS}/`) === true,
					diagnosis: "layer-as-root",
					why: (context) =>
						`The root in /proc/PID/mountinfo is a layer itself, ${rootOf(context.process)?.root}. So the command has written to the image: ${[context.facts["layers.during"] ?? []].flat().length} of its paths have changed. And the other container, whose root is the same directory, has seen it happen.`,
					try: "Mount an overlay of all the layers on a directory of its own, and give that back as merged.",
					see: ["mount(2)", OVERLAYFS],
				},
				{
					diagnosis: "no-overlay",
					why: (context) =>
						`The root in /proc/PID/mountinfo is a directory of a ${rootOf(context.process)?.fstype}: nothing is merged there. A copy of the layers would have to be made for every container, whole, and takes all their space again.`,
					try: 'mount("overlay", merged, "overlay", 0, "lowerdir=…,upperdir=…,workdir=…")',
					see: ["mount(2)", OVERLAYFS],
				},
			],
		},
		{
			fact: "upperdir",
			madeOf: "kernel",
			what: "the overlay's upperdir",
			accept: noOverlay,
			explain: [
				{
					when: ({ facts }) => facts["upperdir"] === "none",
					diagnosis: "no-upperdir",
					why: "The overlay's line in /proc/PID/mountinfo has no upperdir. Without one an overlay is read-only: the container sees all the layers, and can change nothing.",
					try: "Add upperdir=DIR/upper,workdir=DIR/work to the options.",
					see: [OVERLAYFS],
				},
				{
					when: ({ facts }) => facts["upperdir"] !== "the second container's, too",
					diagnosis: "layer-as-upper",
					why: "upperdir in /proc/PID/mountinfo is one of the image's layers. All that the container writes, the kernel puts there: the image is another one now.",
					try: "All of lowerdirs are lower layers. upperdir is a new, empty directory in dir.",
					see: [OVERLAYFS],
				},
				sharedUpper,
			],
		},
		{
			fact: "layers.during",
			madeOf: "files",
			what: "changes in the layers, while the command runs",
			accept: noOverlay,
			explain: layersChanged,
		},
		{
			fact: "layers.seen",
			madeOf: "files",
			what: "the layers as the command sees them",
			accept: noOverlay,
			explain: [
				{
					when: ({ facts }) => facts["layers.seen"] === "the last one on top",
					diagnosis: "layers-reversed",
					why: "A file that is in both layers was read in the command's root: it is the last layer's. And a file that the first layer hides, by a whiteout, is there.",
					try: "In lowerdir the first one is the topmost, and so it is in lowerdirs: keep the order.",
					see: [OVERLAYFS],
				},
				{
					diagnosis: "layers-missing",
					why: "Files of one of the layers are not to be found in the command's root. An option that is given twice counts once: the last one.",
					try: "Give all of them in one option: lowerdir=A:B.",
					see: [OVERLAYFS],
				},
			],
		},
		{
			fact: "upper",
			madeOf: "files",
			what: "the command's changes, as found in upperdir",
			accept: noUpper,
			explain: [
				{
					diagnosis: "changes-missing",
					why: ({ process }) =>
						`The command wrote over a file, appended to one, changed a mode, deleted a file, made a directory anew and made a file. Not all of it has reached upperdir. The overlay is mounted "${rootOf(process)?.options.split(",")[0]}", and what the command's programs were told is below.`,
					try: "Mount it with no flags, and with an upperdir that has room and can be written to.",
					see: ["mount(2)", OVERLAYFS],
				},
			],
		},
		{
			fact: "writes.shared",
			madeOf: "files",
			what: "what one container sees of the other's changes",
			accept: noOverlay,
			explain: [sharedUpper],
		},
		{
			fact: "neighbour.ending",
			madeOf: "exercise",
			what: "how the second container ended, which ran beside it",
			// Where no command ran at all, or both ended with the same exception, the first finding has said why.
			accept: (_, context) => context.facts["command.ran"] === false || endedAlike(context),
			explain: [
				{
					diagnosis: "second-container-fails",
					misconception: 17,
					why: "Two containers ran at once, and the one that ended first could not clean up after itself. What it tried to remove is not all its own: the other one was still running.",
					try: "Remove dir, which belongs to this container alone, and nothing above it.",
					see: ["rmdir(2), ERRORS"],
				},
			],
		},
		{
			fact: "refused.ending",
			madeOf: "exercise",
			what: "a third container, with a layer that is not there",
			accept: noOverlay,
			explain: [
				{
					diagnosis: "refusal-swallowed",
					why: "mount refuses to put a layer into an overlay that is not there: ENOENT. The container was started all the same, on a root that is not its image.",
					try: "Let the exception through, once everything is removed again.",
					see: ["mount(2), ERRORS"],
				},
			],
		},
		{
			fact: "host.mounts.after",
			madeOf: "kernel",
			what: "mounts left behind on the host",
			accept: notUnmounted,
			explain: [refusedMountsLeft, mountsLeft],
		},
		{
			fact: "left.files",
			madeOf: "files",
			what: "files and directories left behind on the host",
			accept: notUnmounted,
			explain: [
				{ ...leftAfterRefusal, when: ({ thrown, facts }) => thrown !== null && facts["command.ran"] === false },
				{
					diagnosis: "directories-left",
					misconception: 17,
					why: "These paths were not there before the containers started. An upper layer takes the space of all that was ever written to it, and nobody will look for it again.",
					try: "In remove, after umount2: rmSync(dir, { recursive: true }).",
					see: [OVERLAYFS],
				},
			],
		},
		{
			fact: "layers.after",
			madeOf: "files",
			what: "changes in the layers, after the command has ended",
			explain: layersChanged,
		},
		{
			fact: "host.propagation.after",
			madeOf: "kernel",
			what: "mounts of the host that are shared no longer, or have become so",
			explain: [
				{
					diagnosis: "host-made-private",
					misconception: 4,
					why: "mountOverlay runs on the host, before the command's process has a mount table of its own: what it says of propagation, it says of the host's mounts. shared:N is gone from their lines.",
					try: "Leave the propagation alone here: enterRoot, of lesson 04, does that in the container.",
					see: ["mount_namespaces(7), SHARED SUBTREES"],
				},
			],
		},
		{
			fact: "refused.left",
			madeOf: "files",
			what: "what is left of a third container, one of whose layers is not there",
			explain: [leftAfterRefusal],
		},
	],
	exceptions: refusals,
});
