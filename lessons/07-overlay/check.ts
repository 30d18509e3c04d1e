import { type Context, defineCheck, FAILED_START, refused } from "../../harness/judge/index.ts";
import { deriveOverlay, endingText, IN_ORDER, OVERLAYFS, REVERSED, rootOf } from "./facts.ts";
import { layersChanged, layersCopied, mountedOverLayer, sharedUpper } from "./layers.ts";
import { mountsLeft, neverStarted, onlyLeftAfterRefusal, refusedEnding, refusedLeft } from "./leftovers.ts";
import { oneOfTwo } from "./mounts.ts";
import { refusals } from "./refusals.ts";
import { drawInputs, LAYERS, NEIGHBOUR, scenarioOf } from "./scenario.ts";

const onOverlay = ({ facts }: Context) => facts["root.fstype"] === "overlay";
/** Without an overlay there is no upper layer; the finding about root.fstype reports that. */
const noOverlay = (_: unknown, context: Context) => !onOverlay(context);
/** If umount2 was refused, the mount stays, with everything below it. The exception explains that. */
const notUnmounted = (_: unknown, context: Context) => refused("umount2", "EBUSY")(context);
const withoutIds = (message: string) => message.replaceAll(/\b[0-9a-f]{8}\b/g, "");
/** Whether both containers on the three layers ended in the same wrong way, apart from the drawn ids. */
const endedAlike = ({ facts, ending, observation: { calls } }: Context) =>
	facts["ending"] !== "returned ‹exitCode›" &&
	withoutIds(endingText(calls[NEIGHBOUR]?.ending)) === withoutIds(endingText(ending));
const noUpper = (_: unknown, context: Context) => !onOverlay(context) || context.facts["upperdir"] === "none";

// What the command has changed in the layers, as sentences for an explanation. Empty if nothing has changed: the engine
// may have mounted the layer read-only.
function writtenToImage({ facts, process, observation: { moments } }: Context): string {
	const changed = [facts["layers.during"] ?? []].flat().length;
	if (changed === 0) return "";
	const neighbour = rootOf(moments["during"]?.commands[NEIGHBOUR] ?? null)?.root;
	const shared =
		neighbour === rootOf(process)?.root
			? " The other container has the same directory as its root, so it sees these changes."
			: "";
	return ` So the command wrote to the image: ${changed} of its paths have changed.${shared}`;
}

export default defineCheck({
	module: "overlay.ts",
	exported: "mountOverlay",
	weight: 15,
	groups: [
		{
			title: "all layers as one tree",
			points: 5,
			facts: ["root.fstype", "lone.fstype", "neighbour.root", "layers.seen", "layers.old"],
		},
		{
			title: "a writable layer of its own",
			points: 4,
			facts: ["upperdir", "upper.start", "upper", "writes.shared", "neighbour.ending"],
		},
		{
			title: "an image that stays as it is",
			points: 2,
			facts: ["layers.copies", "layers.during", "layers.after"],
			onlyWith: ["all layers as one tree", "a writable layer of its own"],
		},
		{
			title: "everything is removed",
			points: 2,
			facts: ["host.mounts.after", "left.files", "host.propagation.after"],
			onlyWith: ["all layers as one tree", "a writable layer of its own"],
		},
		{ title: "a layer that does not exist", points: 1, facts: ["refused.ending", "refused.left"] },
	],
	lessonSummary:
		"An image consists of layers that nobody writes to. An overlay shows them as one directory tree, and puts every change into an extra layer. So a container takes only the space of what it has written, and the image stays as it was.",
	draw: drawInputs,
	scenario: scenarioOf,
	derive: deriveOverlay,
	facts: [
		{
			fact: "root.fstype",
			madeOf: "kernel",
			what: "the file system that the command's root is on",
			followsFrom: [FAILED_START],
			explain: [
				{
					when: (context) => rootOf(context.process)?.root.startsWith(`${LAYERS}/`) === true,
					diagnosis: "layer-as-root",
					why: (context) =>
						`According to /proc/PID/mountinfo, the command's root is one of the layers, ${rootOf(context.process)?.root}.${writtenToImage(context)}`,
					try: "Mount an overlay of all the layers on a new directory, and return that directory as merged.",
					see: ["mount(2)", OVERLAYFS],
				},
				{
					diagnosis: "no-overlay",
					why: (context) =>
						`According to /proc/PID/mountinfo, the command's root is not an overlay, but a directory on a file system of type ${rootOf(context.process)?.fstype}. Such a root needs a full copy of the layers for every container, which takes all their space again, or hard links, through which a container changes the image.`,
					try: 'mount("overlay", merged, "overlay", 0, "lowerdir=…,upperdir=…,workdir=…")',
					see: ["mount(2)", OVERLAYFS],
				},
			],
		},
		{
			fact: "lone.fstype",
			madeOf: "kernel",
			what: "the file system of the root of a container with only one layer",
			accept: noOverlay,
			// An engine that takes one of the layers out of lowerdir has no lowerdir left for this container.
			isConsequence: ({ facts }) => facts["lone.fstype"] === "none",
			explain: [
				{
					when: ({ facts }) => facts["lone.fstype"] === "none",
					diagnosis: "one-layer-not-run",
					why: "The container with three layers ran. But in the container with one layer, which was started as well, no command ran.",
					try: "Write all of lowerdirs into lowerdir, however many there are. With one layer, there is no colon.",
					see: [OVERLAYFS],
				},
				{
					diagnosis: "one-layer-not-overlaid",
					why: ({ facts }) =>
						`The root of the container with three layers is an overlay. The root of the container with one layer is on ${facts["lone.fstype"]}. One layer is an image, too, and the container must not write to it.`,
					try: "Mount an overlay, however many layers there are.",
					see: [OVERLAYFS],
				},
			],
		},
		{
			fact: "neighbour.root",
			madeOf: "kernel",
			what: "the file system of the second container's root",
			// If the second container has no command, neighbour.ending reports that.
			accept: (_, context) => !onOverlay(context) || context.facts["neighbour.ending"] !== "returned 0",
			explain: [
				{
					diagnosis: "neighbour-no-overlay",
					why: "The first container's root is an overlay, and the second container's is not. So mountOverlay does not do the same in every call. All containers of an image share its layers. A container with a copy of them takes as much space as the image.",
					try: "Make the result of mountOverlay depend on its parameters only.",
					see: [OVERLAYFS],
				},
			],
		},
		{
			fact: "upperdir",
			madeOf: "kernel",
			what: "the overlay's upperdir",
			followsFrom: [FAILED_START],
			accept: noOverlay,
			explain: [
				{
					when: ({ facts }) => facts["upperdir"] === "none",
					diagnosis: "no-upperdir",
					why: "The overlay's line in /proc/PID/mountinfo has no upperdir. Without an upperdir, an overlay is read-only: the container sees all the layers, and can change nothing.",
					try: "Add upperdir=DIR/upper,workdir=DIR/work to the options.",
					see: [OVERLAYFS],
				},
				{
					when: ({ facts }) => facts["upperdir"] !== "the second container's, too",
					diagnosis: "layer-as-upper",
					why: "upperdir in /proc/PID/mountinfo is one of the image's layers, or is in one. The kernel writes the container's changes to upperdir, so the container has changed the image.",
					try: "Use all of lowerdirs as lower layers, and a new, empty directory in dir as upperdir.",
					see: [OVERLAYFS],
				},
				sharedUpper,
			],
		},
		{
			fact: "upper.start",
			madeOf: "files",
			what: "entries of the second container's upperdir that its command did not make",
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
					why: "The command made one file. These entries were in upperdir before, and some of them have the content of files in the layers. So each container has a copy of those files. A file in upperdir hides the layers' file of the same name, so the kernel never needs to copy that file up.",
					try: "Leave upperdir empty: the kernel copies a file there before the first change to the file.",
					see: [OVERLAYFS],
				},
				{
					diagnosis: "upper-not-empty",
					misconception: 13,
					why: "The command made one file. These entries were in upperdir before the command began. upperdir must hold only the container's changes, so that you can pack it up as a new layer.",
					try: "Make a new directory for upperdir, and put nothing into it.",
					see: [OVERLAYFS],
				},
			],
		},
		{
			fact: "layers.copies",
			madeOf: "files",
			what: "copies of the layers' files outside of the layers",
			followsFrom: ["upper.start/image-in-upper"],
			accept: noOverlay,
			explain: [layersCopied],
		},
		{
			fact: "layers.during",
			madeOf: "files",
			what: "changes in the layers while the command runs",
			followsFrom: ["upperdir/layer-as-upper"],
			accept: noOverlay,
			explain: layersChanged,
		},
		{
			fact: "layers.seen",
			madeOf: "files",
			what: "the layers in the command's root",
			accept: noOverlay,
			explain: [
				{
					when: ({ facts }) => facts["layers.seen"] === REVERSED,
					diagnosis: "layers-reversed",
					why: "Two files exist in two layers each. For both, the command's root shows the content from the lower layer.",
					try: "Keep the order of lowerdirs: in lowerdir, the topmost layer comes first as well.",
					see: [OVERLAYFS],
				},
				{
					when: ({ facts }) => !String(facts["layers.seen"]).startsWith("nothing"),
					diagnosis: "layers-out-of-order",
					why: ({ facts }) =>
						`The command's root shows files of all three layers. If a name is in two layers, the upper layer decides what the root shows. Here this is not always so: the root shows ${facts["layers.seen"]}.`,
					try: "Keep the order of lowerdirs: neither the names nor the ages of the layers say which one is on top.",
					see: [OVERLAYFS],
				},
				{
					diagnosis: "layers-missing",
					why: ({ facts }) =>
						`Each layer has a file that no other layer has. The command's root shows ${facts["layers.seen"]}. A possible cause: if an option is given twice, only the last one counts.`,
					try: "List all layers in one option: lowerdir=A:B.",
					see: [OVERLAYFS],
				},
			],
		},
		{
			fact: "layers.old",
			madeOf: "files",
			what: "layers in which the command does not see what the check has changed",
			accept: (_, context) =>
				noOverlay(_, context) ||
				context.facts["layers.seen"] !== IN_ORDER ||
				// Other findings report copies, and layers that were replaced.
				["layers.copies", "layers.during"].some((fact) => [context.facts[fact] ?? []].flat().length > 0),
			explain: [
				{
					...layersCopied,
					why: "While the command ran, the check wrote to one file in each of these layers. The command's root still shows the old content. So the root is made of a copy of the layer, not of the layer itself. A copy takes all the space of the layer again.",
				},
			],
		},
		{
			fact: "upper",
			madeOf: "files",
			what: "the command's changes in upperdir",
			followsFrom: ["layers.seen/layers-missing"],
			accept: noUpper,
			explain: [
				{
					diagnosis: "changes-missing",
					why: ({ process }) =>
						`The command overwrote a file, appended to a file, changed a mode, deleted a file, replaced a directory, and made a file. Some of these changes are not in upperdir. The overlay is mounted "${rootOf(process)?.options.split(",")[0]}". If the command printed error messages, they are below.`,
					try: "Mount the overlay without flags, and with a writable upperdir that has enough space.",
					see: ["mount(2)", OVERLAYFS],
				},
			],
		},
		{
			fact: "writes.shared",
			madeOf: "files",
			what: "changes of one container that the other container sees",
			accept: noOverlay,
			explain: [mountedOverLayer, sharedUpper],
		},
		{
			fact: "neighbour.ending",
			madeOf: "exercise",
			what: "how the second container ended",
			// If no command ran at all, or both containers ended in the same way, the first finding gives the reason.
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
						`Two containers ran at the same time. The second one ended first, and could not remove something: ${facts["neighbour.ending"]}. Possible causes: it tried to remove something that belongs to both containers, or something of its own is still mounted there.`,
					try: "Remove dir, which belongs to this container alone, and nothing above it.",
					see: ["rmdir(2), ERRORS"],
				},
				{
					diagnosis: "second-container-ends-otherwise",
					why: ({ facts }) =>
						`Two containers ran at the same time, on the same layers. The second one started and ended before the first, and ended like this: ${facts["neighbour.ending"]}. The first one did not end like this.`,
					try: "Look for things that two containers of one image share, and for things of one container that affect the other.",
					see: [OVERLAYFS],
				},
			],
		},
		{
			fact: "refused.ending",
			madeOf: "exercise",
			what: "how a container with a missing layer ended",
			accept: noOverlay,
			explain: refusedEnding,
		},
		{
			fact: "host.mounts.after",
			madeOf: "kernel",
			what: "mounts left behind on the host",
			accept: notUnmounted,
			explain: [onlyLeftAfterRefusal("host.mounts.after"), oneOfTwo, mountsLeft],
		},
		{
			fact: "left.files",
			madeOf: "files",
			what: "files and directories left behind on the host",
			accept: notUnmounted,
			explain: [
				neverStarted,
				onlyLeftAfterRefusal("left.files"),
				{
					diagnosis: "directories-left",
					misconception: 17,
					why: "These paths were not there before the containers started. An upper layer takes the space of everything that was written to it, and nothing else will remove it.",
					try: "In remove, after umount2: rmSync(dir, { recursive: true }), and the same for every directory that your code has made elsewhere.",
					see: [OVERLAYFS],
				},
			],
		},
		{
			fact: "layers.after",
			madeOf: "files",
			what: "changes in the layers after the command has ended",
			followsFrom: ["root.fstype/layer-as-root", "upperdir/layer-as-upper", "layers.during"],
			explain: layersChanged,
		},
		{
			fact: "host.propagation.after",
			madeOf: "kernel",
			what: "mounts of the host whose propagation has changed",
			followsFrom: [],
			explain: [
				{
					diagnosis: "host-made-private",
					misconception: 4,
					why: "mountOverlay runs on the host, before the command's process gets a mount namespace of its own. So if mountOverlay changes the propagation, it changes the host's mounts. Their lines in mountinfo have lost shared:N.",
					try: "Do not change the propagation here: enterRoot of lesson 04 does so in the container.",
					see: ["mount_namespaces(7), SHARED SUBTREES"],
				},
			],
		},
		{
			fact: "refused.left",
			madeOf: "files",
			what: "what is left of a container with a missing layer",
			explain: refusedLeft,
		},
	],
	exceptions: refusals,
});
