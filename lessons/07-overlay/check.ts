import { type Context, defineCheck, refused } from "../../harness/judge/index.ts";
import { deriveOverlay, IN_ORDER, OVERLAYFS, rootOf } from "./facts.ts";
import { layersChanged, layersCopied, sharedUpper } from "./layer-rules.ts";
import { oneOfTwo } from "./mounts.ts";
import { refusals } from "./refusals.ts";
import { leftAfterRefusal, mountsLeft, refusedEnding, refusedLeft, refusedMountsLeft, threwAtOnce } from "./remains.ts";
import { drawInputs, LAYERS, NEIGHBOUR, scenarioOf } from "./scenario.ts";

const onOverlay = ({ facts }: Context) => facts["root.fstype"] === "overlay";
/** Without an overlay there is no upper layer; the finding about root.fstype reports that. */
const noOverlay = (_: unknown, context: Context) => !onOverlay(context);
/** If umount2 was refused, the mount stays, with everything below it. The exception explains that. */
const notUnmounted = (_: unknown, context: Context) => refused("umount2", "EBUSY")(context);
const withoutIds = (message: string) => message.replaceAll(/\b[0-9a-f]{8}\b/g, "");
const endedAlike = ({ thrown, observation: { calls } }: Context) => {
	const ending = calls[NEIGHBOUR]?.ending;
	return thrown !== null && ending?.how === "threw" && withoutIds(ending.thrown.message) === withoutIds(thrown.message);
};
const noUpper = (_: unknown, context: Context) => !onOverlay(context) || context.facts["upperdir"] === "none";

// Returns an empty text if nothing has changed: the engine may have mounted the layer read-only.
function writtenToImage({ facts, process, observation: { moments } }: Context): string {
	const changed = [facts["layers.during"] ?? []].flat().length;
	if (changed === 0) return "";
	const neighbour = rootOf(moments["during"]?.commands[NEIGHBOUR] ?? null)?.root;
	const witness =
		neighbour === rootOf(process)?.root
			? " And the other container, whose root is the same directory, has seen it happen."
			: "";
	return ` So the command has written to the image: ${changed} of its paths have changed.${witness}`;
}

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
						`The root in /proc/PID/mountinfo is a layer itself, ${rootOf(context.process)?.root}.${writtenToImage(context)}`,
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
			fact: "lone.fstype",
			madeOf: "kernel",
			what: "the file system of the root of a container on one layer",
			accept: noOverlay,
			// An engine that takes one of the layers out of lowerdir has no lowerdir left for this container.
			follows: ({ facts }) => facts["lone.fstype"] === "none",
			explain: [
				{
					when: ({ facts }) => facts["lone.fstype"] === "none",
					diagnosis: "one-layer-not-run",
					why: "The container on three layers ran, and beside it nothing ran in the one on one layer.",
					try: "Make lowerdir of as many layers as there are. With one there is no colon.",
					see: [OVERLAYFS],
				},
				{
					diagnosis: "one-layer-not-overlaid",
					why: ({ facts }) =>
						`The root of the container on three layers is an overlay; that of the container on one layer is on ${facts["lone.fstype"]}. One layer is an image, too: what the container writes must not go to it.`,
					try: "Mount an overlay, however many layers there are.",
					see: [OVERLAYFS],
				},
			],
		},
		{
			fact: "neighbour.root",
			madeOf: "kernel",
			what: "the file system that the second container's root is",
			// If the second container has no command, neighbour.ending reports that.
			accept: (_, context) => !onOverlay(context) || context.facts["neighbour.ending"] !== "returned 0",
			explain: [
				{
					diagnosis: "neighbour-no-overlay",
					why: "The other container's root is an overlay, and this one's is not: mountOverlay does not do the same each time that it is called. Every container of an image shares its layers; one that has a copy takes as much room as the image.",
					try: "Have mountOverlay depend on its parameters only.",
					see: [OVERLAYFS],
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
			fact: "upper.start",
			madeOf: "files",
			what: "what the second container's upperdir holds that its command has not written",
			// An upperdir that both containers share holds the changes of both; writes.shared reports that.
			accept: (_, context) =>
				noUpper(_, context) ||
				context.facts["upperdir"] !== "its own" ||
				[context.facts["writes.shared"] ?? []].flat().length > 0,
			explain: [
				{
					when: ({ facts }) => [facts["layers.copies"] ?? []].flat().length > 0,
					diagnosis: "image-in-upper",
					misconception: 13,
					why: "The command has made one file. All this was in upperdir before, and files with the content of the layers' are among it: each container has a copy of them. Whatever is in upperdir hides what the layers have of that name, so nothing is ever copied up, or hidden by a whiteout.",
					try: "Leave upperdir empty: the kernel copies a file there when it is first written to.",
					see: [OVERLAYFS],
				},
				{
					diagnosis: "upper-not-empty",
					misconception: 13,
					why: "The command has made one file. All this was in upperdir before the command began. upperdir is to hold what the container has changed: packed up, it would be the container's own layer.",
					try: "Make a new directory for upperdir, and put nothing into it.",
					see: [OVERLAYFS],
				},
			],
		},
		{
			fact: "layers.copies",
			madeOf: "files",
			what: "files of the layers that lie somewhere else as well",
			accept: noOverlay,
			explain: [layersCopied],
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
					why: "Of two files that are in two layers each, the command's root shows the one that lies lower.",
					try: "In lowerdir the first one is the topmost, and so it is in lowerdirs: keep the order.",
					see: [OVERLAYFS],
				},
				{
					when: ({ facts }) => !String(facts["layers.seen"]).startsWith("nothing"),
					diagnosis: "layers-out-of-order",
					why: ({ facts }) =>
						`All three layers are there, but what is in two of them is not always the upper one's. Seen: ${facts["layers.seen"]}.`,
					try: "Leave lowerdirs in the order in which they are given: neither their names nor their ages say which is on top.",
					see: [OVERLAYFS],
				},
				{
					diagnosis: "layers-missing",
					why: ({ facts }) =>
						`Each layer has a file of its own; the command's root shows ${facts["layers.seen"]}. A possible cause: an option that is given twice counts once, the last one.`,
					try: "Give all of them in one option: lowerdir=A:B.",
					see: [OVERLAYFS],
				},
			],
		},
		{
			fact: "layers.old",
			madeOf: "files",
			what: "layers that the command sees as they were, when a file in them has been written to",
			accept: (_, context) =>
				noOverlay(_, context) ||
				context.facts["layers.seen"] !== IN_ORDER ||
				// Other findings report copies, and layers that were replaced.
				["layers.copies", "layers.during"].some((fact) => [context.facts[fact] ?? []].flat().length > 0),
			explain: [
				{
					...layersCopied,
					why: "While the command ran, the check wrote to one file in each of these layers. The command's root still shows the file as it was: so it is not made of the layer, but of a copy, wherever that is. It takes all its space again.",
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
			// If no command ran at all, or both containers ended with the same exception, the first finding gives the
			// reason.
			accept: (_, context) => context.facts["command.ran"] === false || endedAlike(context),
			explain: [
				{
					when: ({ observation: { calls } }) => {
						const ending = calls[NEIGHBOUR]?.ending;
						return ending?.how === "threw" && /EBUSY|ENOTEMPTY|EROFS|resource busy/.test(ending.thrown.message);
					},
					diagnosis: "second-container-fails",
					misconception: 17,
					why: ({ facts }) =>
						`Two containers ran at once, and the one that ended first could not remove something: ${facts["neighbour.ending"]}. The other one was still running then. Possible causes: what it tried to remove belongs to both; or something of its own is still mounted there.`,
					try: "Remove dir, which belongs to this container alone, and nothing above it.",
					see: ["rmdir(2), ERRORS"],
				},
				{
					diagnosis: "second-container-ends-otherwise",
					why: ({ facts }) =>
						`Two containers ran at once, on the same layers. The one that the lesson is about did not end like this; the other one, which was started first and ended first: ${facts["neighbour.ending"]}.`,
					try: "Look for what is different with two containers on one image: what is shared, and what one finds that the other has made.",
					see: [OVERLAYFS],
				},
			],
		},
		{
			fact: "refused.ending",
			madeOf: "exercise",
			what: "a container with a layer that is not there",
			accept: noOverlay,
			explain: refusedEnding,
		},
		{
			fact: "host.mounts.after",
			madeOf: "kernel",
			what: "mounts left behind on the host",
			accept: notUnmounted,
			explain: [refusedMountsLeft, oneOfTwo, mountsLeft],
		},
		{
			fact: "left.files",
			madeOf: "files",
			what: "files and directories left behind on the host",
			accept: notUnmounted,
			explain: [
				{
					...leftAfterRefusal,
					when: (context) => threwAtOnce(context, "box") && context.facts["command.ran"] === false,
				},
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
			what: "what is left of a container, one of whose layers is not there",
			explain: refusedLeft,
		},
	],
	exceptions: refusals,
});
