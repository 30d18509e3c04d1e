import type { Explanation } from "../../harness/judge/index.ts";
import { kernelLog, OVERLAYFS, onlyPutBack } from "./facts.ts";
import { LAYERS } from "./scenario.ts";

/** Explanations of layers that are written to, copied, or shared wrongly. */

export const sharedUpper: Explanation = {
	diagnosis: "upper-shared",
	misconception: 13,
	why: ({ observation }) => {
		const warning = kernelLog(observation).find((line) => line.includes("in-use"));
		const said = warning === undefined ? "" : ` It only says in its log: "${warning}".`;
		return `Both containers' overlays have one upperdir, whatever they call it, so what one writes, the other one sees. The kernel mounts that without a complaint.${said}`;
	},
	try: "Make upper and work in dir: each container has one of its own.",
	see: [OVERLAYFS],
};

export const layersCopied: Explanation = {
	diagnosis: "layers-copied",
	misconception: 13,
	why: "These have the content of files in the layers that nobody has written to, and are neither in a layer nor in an overlay's merged view: a copy of the image was made. It takes all its space again.",
	try: "Name the layers themselves in lowerdir: the kernel only reads them.",
	see: [OVERLAYFS],
};

export const mountedOverLayer: Explanation = {
	when: ({ during }) =>
		during?.host.mounts.some(({ mountPoint, fstype }) => fstype === "overlay" && mountPoint.startsWith(`${LAYERS}/`)) ??
		false,
	diagnosis: "mounted-over-a-layer",
	why: "The host's mount table has an overlay on the layer itself. Its files are safe below, but nobody reaches them any more: the next container takes this one's merged view for the layer, and with it what this one has written.",
	try: "Mount on a directory of its own in dir, such as DIR/merged.",
	see: ["mount(2)", OVERLAYFS],
};

export const layersChanged: Explanation[] = [
	mountedOverLayer,
	{
		when: onlyPutBack,
		diagnosis: "layers-put-back",
		why: "The layers have the same content as before. But of these paths, the inode is another one, or was changed after the first container had been started (stat: Change). Something was written there and taken back; until then, every other container saw it.",
		try: "Only read the layers: what a container changes, belongs into its upperdir.",
		see: [OVERLAYFS, "stat(1)"],
	},
	{
		diagnosis: "layers-changed",
		why: "The layers were read before the container started, and again now: these paths came, went, or have other bytes. A layer is part of an image, and every container of that image starts from it.",
		try: "Only read the layers: make and remove nothing outside of dir.",
		see: [OVERLAYFS],
	},
];
