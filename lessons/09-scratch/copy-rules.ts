import type { Context, Explanation, FactRule, FactValue, MadeOf } from "../../harness/judge/index.ts";
import { NOT_MADE } from "./copies.ts";
import { OVERLAYFS, SPECIFICATION } from "./documents.ts";
import { COMPLETE_MANIFEST, RIGHT_DIFF_IDS } from "./oci.ts";

/** Rules for the copies of the first image, and for files left behind. Each explains the ways to get its fact wrong. */

const VERIFICATION = `${SPECIFICATION}, descriptor.md, Verification`;

const list = ({ facts }: Context, fact: string) => facts[`copies.${fact}`] as readonly string[];

const isNotMade = (description: string) => description.endsWith(NOT_MADE);

const rule = (fact: string, madeOf: MadeOf, what: string, ...explain: Explanation[]): FactRule => ({
	fact: `copies.${fact}`,
	madeOf,
	what,
	accept: (_: FactValue, { facts }: Context) => facts["image.manifest"] !== COMPLETE_MANIFEST,
	explain,
});

const top = rule("top", "files", "the layer whose /hello runs, if two layers have a /hello", {
	diagnosis: "layers-upside-down",
	why: "The copy has a second layer above the first. Both layers have a /hello, and the /hello of the lower layer ran. In a manifest, the lowest layer comes first.",
	try: "Return the directories with the topmost layer first: reverse the manifest's order.",
	see: [`${SPECIFICATION}, manifest.md`, OVERLAYFS],
});

export const copyRules: FactRule[] = [
	rule("command", "kernel", "where the command of an image's copy comes from", {
		diagnosis: "command-not-from-the-config",
		why: "Each copy has a config of its own, with another argument in the command. The command that ran had none of these arguments. So it was read from another place, which no digest protects and anybody can change.",
		try: "Return the command from the config's blob. Read the blob with the function that compares the digest.",
		see: [`${SPECIFICATION}, config.md`, VERIFICATION],
	}),
	rule(
		"opened",
		"kernel",
		"copies that were opened although a blob does not match its digest",
		{
			when: (context) => list(context, "opened").filter((description) => description.endsWith("layer")).length === 2,
			diagnosis: "layer-not-checked",
			why: "The check changed a word in a layer's blob: in one copy in the lower layer, in another copy in the upper layer. The blob's name is still the old digest, which no longer matches the content. But the command was run. A digest protects nothing unless you compare it.",
			try: "In openImage, hash each blob, compare the result with the digest in the manifest, and throw before you unpack anything.",
			see: [VERIFICATION],
		},
		{
			when: (context) => list(context, "opened").some((description) => description.endsWith("layer")),
			diagnosis: "not-all-layers-checked",
			why: (context) =>
				`In two copies, the check changed a word in one of the two layers. openImage refused one of these copies, but opened the one with ${list(context, "opened").find((description) => description.endsWith("layer"))}.`,
			try: "Compare the digest of every layer that the manifest names.",
			see: [VERIFICATION],
		},
		{
			diagnosis: "config-not-checked",
			why: "openImage refuses changed layers, but it opened a copy whose config was changed and kept its old name. The config says which command to run, and as which user. An attacker who can change the config does not need to change a layer.",
			try: "Read the config with the same function as the layers, which throws if the digest differs.",
			see: [VERIFICATION],
		},
	),
	{
		...rule("refused", "kernel", "copies that were not run although every blob matches its digest", {
			diagnosis: "good-copy-refused",
			why: (context) =>
				list(context, "refused").some(isNotMade)
					? "To make copies of your image, the check changes the command's argument in the config and a word of /hello in a layer, and corrects all digests. This failed: a blob is not named after its digest, or there was nothing to change."
					: "The check made this copy from the parts of your image: with another argument in the config, another word in the layer, and a second layer. All names, digests, sizes and diff_ids are right. But the check did not see its command run.",
			try: "In openImage, read manifest.json of the image, and every layer that it names. If openImage threw, the message is in the printed output.",
			see: [`${SPECIFICATION}, manifest.md`],
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
	rule("unpacked", "files", "files that were unpacked from a copy before it was refused", {
		diagnosis: "unpacked-before-checked",
		why: "The copy was refused, but some of its files were unpacked before. tar runs as root, and has read a layer before all digests were checked.",
		try: "Check all blobs first. Unpack only if every digest is right.",
		see: [VERIFICATION],
	}),
	rule("changed", "files", "files of an image that were changed when it was opened", {
		diagnosis: "image-changed-by-opening",
		why: "The check read the image's directory before and after the image was opened, and found differences. Many containers can run from one image, also at the same time, and the image may be on a read-only file system.",
		try: "Unpack below `dir`, and only read from `image`.",
		see: [`${SPECIFICATION}, image-layout.md`],
	}),
	{
		fact: "left.files",
		madeOf: "files",
		what: "files left in /run/box and /tmp after all containers have ended",
		accept: (_, { facts }) => (facts["copies.unpacked"] as readonly string[]).length > 0,
		explain: [
			{
				diagnosis: "unpacked-elsewhere",
				why: "The engine removes the directory that it passes to openImage. These files were unpacked outside of that directory, so the engine does not remove them.",
				try: "Unpack below `dir`.",
				see: [],
			},
		],
	},
];
