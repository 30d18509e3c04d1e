import type { Context, Explanation, FactRule, FactValue, MadeOf } from "../../harness/judge/index.ts";
import { NOT_MADE } from "./copies.ts";
import { COMPLETE_MANIFEST, RIGHT_DIFF_IDS } from "./oci.ts";

/** Rules for the copies of the first image, and explanations of each way to get them wrong. */

const VERIFICATION = "OCI image specification, descriptor.md, Verification";

const list = ({ facts }: Context, fact: string) => facts[`copies.${fact}`] as readonly string[];

const isNotMade = (what: string) => what.endsWith(NOT_MADE);

const rule = (fact: string, madeOf: MadeOf, what: string, ...explain: Explanation[]): FactRule => ({
	fact: `copies.${fact}`,
	madeOf,
	what,
	accept: (_: FactValue, { facts }: Context) => facts["image.manifest"] !== COMPLETE_MANIFEST,
	explain,
});

const top = rule("top", "files", "of two layers with a /hello each, the one whose /hello the command is", {
	diagnosis: "layers-upside-down",
	why: "A copy had a second layer, above the first: in the manifest the lowest comes first. Both have a /hello, and the one that ran is the lower layer's.",
	try: "Return the directories with the topmost first: the manifest's order, reversed.",
	see: ["OCI image specification, manifest.md", "overlayfs in the kernel's documentation"],
});

export const copyRules: FactRule[] = [
	rule("command", "kernel", "where the command of a copy comes from", {
		diagnosis: "command-not-from-the-config",
		why: "Each copy has a config of its own, with another argument in the command; all digests were made right again. What ran had none of these arguments: the command is read from somewhere else, which no digest covers and anybody can change.",
		try: "Return the command that is in the config's blob, read by the function that compares the digest.",
		see: ["OCI image specification, config.md", VERIFICATION],
	}),
	rule(
		"opened",
		"kernel",
		"copies that were opened although a blob is not what its name says",
		{
			when: (context) => list(context, "opened").filter((what) => what.endsWith("layer")).length === 2,
			diagnosis: "layer-not-checked",
			why: "In two copies a word in a layer's blob was changed, in place: in one the lower layer's, in one the upper's. Each blob's name is still the old digest, and its content has another one; but the command was run. A digest protects only those who compare it.",
			try: "In openImage: hash each blob, compare with the digest that led to it, and throw before anything is unpacked.",
			see: [VERIFICATION],
		},
		{
			when: (context) => list(context, "opened").some((what) => what.endsWith("layer")),
			diagnosis: "not-all-layers-checked",
			why: (context) =>
				`Of the two layers one was changed, and whether that copy is opened depends on which: it was opened with ${list(context, "opened").find((what) => what.endsWith("layer"))}, and not where it was the other.`,
			try: "Compare the digest of every layer that the manifest names.",
			see: [VERIFICATION],
		},
		{
			diagnosis: "config-not-checked",
			why: "Every changed layer is refused, but a copy had another command in its config, under the old name, and it was opened. The config says what is run, and as whom: whoever can change it needs no layer.",
			try: "Read the config by the same function as the layers: one that throws if the digest is another.",
			see: [VERIFICATION],
		},
	),
	{
		...rule("refused", "kernel", "copies that were not run although every blob is what its name says", {
			diagnosis: "good-copy-refused",
			why: (context) =>
				list(context, "refused").some(isNotMade)
					? "To make copies, the check changes the command's argument in the config, and a word of /hello in a layer, and all names with them. Here that did not go well: a blob is not called by its digest, or nothing was changed."
					: "This copy was made of your image's parts: with another argument in the config, another word in the layer, and a second layer. All names, digests and sizes are right, and so are the diff_ids. Its command was not seen to run.",
			try: "Follow manifest.json of the image that openImage is given, through every layer that it names. What openImage threw is in what was printed.",
			see: ["OCI image specification, manifest.md"],
		}),
		// If the copies could not be made because the image is wrong, another finding reports that.
		accept: (_, context) =>
			context.facts["image.manifest"] !== COMPLETE_MANIFEST ||
			(list(context, "refused").every(isNotMade) &&
				(["image.names", "image.descriptors"].some((fact) => (context.facts[fact] as readonly string[]).length > 0) ||
					context.facts["image.layer"] !== "a tar archive" ||
					context.facts["image.diff_id"] !== RIGHT_DIFF_IDS ||
					context.facts["image.command"] !== "in the config")),
	},
	{ ...top, accept: (got, context) => list(context, "refused").length > 0 || top.accept?.(got, context) === true },
	rule("unpacked", "files", "files that were unpacked from a copy that was then refused", {
		diagnosis: "unpacked-before-checked",
		why: "The copy was refused, and files of it are there all the same. tar runs as root, and has already read what nobody had vouched for.",
		try: "Check all blobs first; unpack when every digest was right.",
		see: [VERIFICATION],
	}),
	rule("changed", "files", "files of an image that are others once it has been opened", {
		diagnosis: "image-changed-by-opening",
		why: "The directory of an image was read before it was opened and afterwards, and the two differ. Many containers are run from one image, some at the same time, and it may lie where nobody can write.",
		try: "Unpack below `dir`, and only read in `image`.",
		see: ["OCI image specification, image-layout.md"],
	}),
];
