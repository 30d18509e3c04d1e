import type { Explanation } from "../../harness/judge/index.ts";
import { kernelLog, OVERLAYFS, onlyPutBack } from "./facts.ts";

/** Explanations of layers that are written to, copied, or shared wrongly. */

export const sharedUpper: Explanation = {
	diagnosis: "upper-shared",
	misconception: 13,
	why: ({ observation }) => {
		const warning = kernelLog(observation).find((line) => line.includes("in-use"));
		const log = warning === undefined ? "" : ` It only warns in its log: "${warning}".`;
		return `The overlays of both containers have the same directory as upperdir, even if they name it by different paths. So each container sees what the other one writes. The kernel does not refuse such a mount.${log}`;
	},
	try: "Make upper and work in dir: each container has a dir of its own.",
	see: [OVERLAYFS],
};

export const layersCopied: Explanation = {
	diagnosis: "layers-copied",
	misconception: 13,
	why: "These files have the content of files in the layers, but are neither in a layer nor in the merged view of an overlay. So a copy of the image was made. It takes all the space of the image again.",
	try: "List the layers themselves in lowerdir: the kernel only reads them.",
	see: [OVERLAYFS],
};

export const mountedOverLayer: Explanation = {
	when: ({ during, drawn: { top, middle, base } }) =>
		during?.host.mounts.some(
			({ mountPoint, fstype }) => fstype === "overlay" && [top, middle, base].includes(mountPoint),
		) ?? false,
	diagnosis: "mounted-over-a-layer",
	why: "According to the host's mount table, the overlay is mounted on one of the layers. The mount hides the layer. The next container gets this container's merged view in place of the layer, with everything that this container has written.",
	try: "Mount the overlay on a new directory in dir, such as DIR/merged.",
	see: ["mount(2)", OVERLAYFS],
};

export const layersChanged: Explanation[] = [
	mountedOverLayer,
	{
		when: onlyPutBack,
		diagnosis: "layers-put-back",
		why: "The layers have the same content as before. But these paths have another inode, or their inode was changed after the first container had been started (stat: Change). So your code changed something there: a time or an attribute, or something that it then put back. Every other container could see the change.",
		try: "Only read the layers: a container's changes belong in its upperdir.",
		see: [OVERLAYFS, "stat(1)"],
	},
	{
		diagnosis: "layers-changed",
		why: "The check read the layers before the container started, and again now. These paths were added, removed or changed. A layer is part of an image, and every container of that image starts from it.",
		try: "Only read the layers. Make and remove nothing outside of dir.",
		see: [OVERLAYFS],
	},
];
