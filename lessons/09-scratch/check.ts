import {
	type Context,
	defineCheck,
	type Explanation,
	type FactRule,
	type FactValue,
} from "../../harness/judge/index.ts";
import { copyRules } from "./copy-rules.ts";
import {
	derive,
	EXPECTED_EXIT_CODE,
	type IMAGE_FACTS,
	inOtherOrder,
	LATER_BUILD_DIFFERS,
	missingIn,
	UNREADABLE_BUILD,
} from "./facts.ts";
import { COMPLETE_MANIFEST } from "./oci.ts";
import { programRules } from "./program-rules.ts";
import { dynamicFailures, refusals, TOOL_ASKED } from "./refusals.ts";
import { draw, scenario } from "./scenario.ts";

const DESCRIPTOR = "OCI image specification, descriptor.md";
const CONFIG = "OCI image specification, config.md";

const withoutManifest = (_: FactValue, { facts }: Context) => facts["image.manifest"] !== COMPLETE_MANIFEST;
const withoutDynamic = (_: FactValue, { facts }: Context) =>
	facts["dynamic.ending"] !== EXPECTED_EXIT_CODE ||
	facts["image.manifest"] !== COMPLETE_MANIFEST ||
	facts["image.layer"] !== "a tar archive";
const inImage = (fact: (typeof IMAGE_FACTS)[number], what: string, ...explain: Explanation[]): FactRule => ({
	fact: `image.${fact}`,
	madeOf: "files",
	what,
	accept: withoutManifest,
	explain,
});

const namesWithOtherForm = ({ facts }: Context) =>
	(facts["image.names"] as string[]).some((path) => !/^blobs\/sha256\/[0-9a-f]{64}$/.test(path));

const shows = (fact: FactValue | undefined, pattern: RegExp) =>
	Array.isArray(fact) && fact.some((text) => pattern.test(text));

const notReproducible = {
	diagnosis: "not-reproducible",
	try: "Write 0 for the date into the tar header; and nothing else that is not the same each time.",
	see: ["POSIX, pax: ustar Interchange Format"],
};

const otherPrograms: Explanation = {
	diagnosis: "other-programs",
	why: "The second image ended as it should, but what is in it is not what the host has: the digests of dash, ls and their libraries were read before the image was built.",
	try: "Put the files that `files` names into the image, and the host's own libraries.",
	see: ["OCI image specification, layer.md"],
};

export default defineCheck({
	module: "image.ts",
	exported: "buildImage",
	weight: 15,
	lessonSummary:
		"An image is files and a few lines of JSON, each named by the digest of its bytes: whoever knows one name can check all the rest. What is not in it is not there: no shell, no library, no loader. A dynamic program says in its own file what it needs.",
	draw,
	scenario,
	derive,
	facts: [
		{
			fact: "image.manifest",
			madeOf: "files",
			what: "manifest.json in the image's directory",
			explain: [
				{
					when: ({ facts }) => facts["image.manifest"] === "missing",
					diagnosis: "no-manifest",
					why: "The command runs, but what it was started from is a directory that anybody can change: there is no manifest.json (or no JSON in it) that would say which bytes belong to the image.",
					try: "Let buildImage write each part as a blob under blobs/sha256/, named by its digest, and a manifest.json that names them.",
					see: ["OCI image specification, manifest.md"],
				},
				{
					diagnosis: "manifest-incomplete",
					why: "An image is found through its manifest. This one has no `config`, or no list `layers`: whoever opens the image does not know which of the blobs is what.",
					try: "Write { schemaVersion: 2, config: DESCRIPTOR, layers: [DESCRIPTOR] }.",
					see: ["OCI image specification, manifest.md"],
				},
			],
		},
		inImage(
			"names",
			"blobs whose name is not their content's SHA-256",
			{
				when: namesWithOtherForm,
				diagnosis: "name-not-hexadecimal",
				why: "A blob lies at blobs/sha256/ and 64 hexadecimal digits: that is the digest without its prefix. These are called otherwise.",
				try: 'Use digest("hex"), and drop "sha256:" from the file name; in the manifest it stays.',
				see: ["OCI image specification, image-layout.md, Blobs", DESCRIPTOR],
			},
			{
				diagnosis: "name-of-something-else",
				why: "The names look like digests, but sha256sum of these files gives another number. So it was something else that was hashed: a path, a text of the bytes, or the bytes before they were complete.",
				try: "Hash the very Buffer that you write: not a string made of it, not its path.",
				see: [DESCRIPTOR, "sha256sum(1)"],
			},
		),
		inImage(
			"descriptors",
			"what the manifest says of its blobs and is not so",
			{
				when: ({ facts }) => (facts["image.descriptors"] as string[]).some((text) => text.includes("no blob")),
				diagnosis: "descriptor-names-no-blob",
				why: "A descriptor's digest is the algorithm, a colon and the hexadecimal digits; the file is found by it. There is no file for this one.",
				try: "Let the function that writes a blob return its descriptor: then both come from one digest.",
				see: [DESCRIPTOR],
			},
			{
				when: ({ facts }) => (facts["image.descriptors"] as string[]).some((text) => text.includes("media type")),
				diagnosis: "descriptor-media-type",
				why: "A blob's bytes do not say what they are: a descriptor's mediaType does. Without it, another engine does not know a layer from a signature, or a tar archive from a compressed one.",
				try: 'Write "application/vnd.oci.image.layer.v1.tar" for the layer, and "application/vnd.oci.image.config.v1+json" for the config.',
				see: [DESCRIPTOR, "OCI image specification, media-types.md"],
			},
			{
				when: ({ facts }) => (facts["image.descriptors"] as string[]).some((text) => text.includes("the bytes are")),
				diagnosis: "media-type-not-the-bytes",
				why: "A descriptor's mediaType says how the blob's bytes are to be read, and these bytes are something else. Another engine believes the media type: it gives a compressed layer to tar as it is, or to a decompressor what is not compressed.",
				try: "Write the media type of what you write: a layer that is compressed with gzip has +gzip at the end of its media type.",
				see: ["OCI image specification, media-types.md", "OCI image specification, layer.md"],
			},
			{
				diagnosis: "descriptor-size",
				why: "A descriptor's size is the blob's, in bytes. Who downloads one stops reading there, and refuses what is longer.",
				try: "Take the length of the Buffer that you write, not that of a file in it, or of a string.",
				see: [DESCRIPTOR],
			},
		),
		inImage(
			"fields",
			"what the specification demands of the two JSON documents, and is not so",
			{
				when: ({ facts }) => (facts["image.fields"] as string[]).some((text) => text.includes("schemaVersion")),
				diagnosis: "schema-version",
				why: "A manifest says which version of the format it has: schemaVersion must be the number 2. Engines refuse another.",
				try: "Write schemaVersion: 2 into the manifest.",
				see: ["OCI image specification, manifest.md"],
			},
			{
				when: ({ facts }) => (facts["image.fields"] as string[]).some((text) => text.includes("rootfs.type")),
				diagnosis: "rootfs-type",
				why: 'The config\'s rootfs must have a type, and it must be "layers": so the specification has it, and an engine refuses a config without.',
				try: 'Write rootfs: { type: "layers", diff_ids: [ … ] }.',
				see: [CONFIG],
			},
			{
				diagnosis: "field-of-the-specification",
				why: "The specification says of these fields that they must be there, or which values they may have, and here it is not so. Each is shown with the value that was found.",
				try: "Look each field up in the specification: manifest.md for manifest.json, config.md for the config.",
				see: ["OCI image specification, manifest.md", CONFIG],
			},
		),
		inImage("layer", "the layer's blob", {
			diagnosis: "layer-not-tar",
			why: "It was read as a tar archive, and that did not go well: no entry is in it, or a header is not where it should be. A layer is a tar archive: that is how a file's path, its mode and its owner come along with its bytes.",
			try: "Join a tarEntry for each file, and end with two empty blocks of 512 bytes.",
			see: ["OCI image specification, layer.md", "POSIX, pax: ustar Interchange Format"],
		}),
		inImage("twice", "paths that are more than once in a layer", {
			diagnosis: "path-twice",
			why: "The specification says that a layer must not have two entries for one path: which of them counts, each program that unpacks it would decide for itself.",
			try: "Make one entry for each key of `files`.",
			see: ["OCI image specification, layer.md"],
		}),
		{
			...inImage("end", "the last 1024 bytes of the layer's archive", {
				diagnosis: "archive-without-end",
				why: "An archive says where it ends: by two empty blocks. This one just stops. tar takes it all the same, and that is the trouble: it would take one as well that was cut off between two files, and nobody would know that some are missing.",
				try: "Put 1024 zero bytes behind the last entry: Buffer.alloc(1024).",
				see: ["POSIX, pax: ustar Interchange Format"],
			}),
			accept: (got, context) => withoutManifest(got, context) || context.facts["image.layer"] !== "a tar archive",
		},
		inImage(
			"diff_id",
			"the diff_ids in the config's rootfs",
			{
				when: ({ facts }) => shows(facts["image.diff_id"], / for /),
				diagnosis: "diff-id-count",
				why: "rootfs.diff_ids must have one digest for each layer of the manifest, in the same order: so another engine knows, once it has unpacked a layer, that this is the one which the config means.",
				try: "Write one diff_id for each layer: the digest of its tar archive.",
				see: [CONFIG],
			},
			{
				when: ({ facts }) => shows(facts["image.diff_id"], /no digest$/),
				diagnosis: "diff-id-form",
				why: "A diff_id is a whole digest: sha256, a colon, and 64 hexadecimal digits. The twelve digits that docker shows are only for people.",
				try: "Write the digest as it is, with its prefix, and uncut.",
				see: [CONFIG, `${DESCRIPTOR}, Digests`],
			},
			{
				when: ({ facts }) => shows(facts["image.diff_id"], /compressed blob/),
				diagnosis: "diff-id-of-the-compressed",
				why: "The layer is compressed, and its diff_id is the digest of the compressed blob. A diff_id is the digest of the tar archive before it is compressed: it stays the same, however the layer is stored or sent.",
				try: "Hash the archive before you compress it, and keep that digest for rootfs.diff_ids.",
				see: [CONFIG],
			},
			{
				diagnosis: "diff-id",
				why: "rootfs.diff_ids has the digest of each layer's tar archive, in the order of the layers. sha256sum of this layer's tar, without compression, gives another one.",
				try: "Hash the tar archive itself. Where the blob is just that archive, its diff_id is its digest.",
				see: [CONFIG],
			},
		),
		inImage("command", "what to run", {
			diagnosis: "command-not-in-config",
			why: "The command ran, but config.Cmd of the config's blob does not have it. Wherever it is, it is in no place that a digest of the manifest leads to, or another engine would look.",
			try: "Write config: { Cmd: command } into the config.",
			see: [CONFIG],
		}),
		{
			// The command that builds the image again ended too early, and another finding reports that.
			follows: ({ facts }) => facts["image.again"] === UNREADABLE_BUILD,
			...inImage(
				"again",
				"the layer's digest when the same files are built again",
				{
					when: inOtherOrder,
					diagnosis: "not-sorted",
					why: "Two images were built from the same files, which were told in another order. That is the order in which they lie in the second archive, too; so it has another digest, and the same content would be stored and sent again under another name.",
					try: "Sort the paths before you make the entries.",
					see: ["POSIX, pax: ustar Interchange Format"],
				},
				{
					...notReproducible,
					when: ({ facts }) => facts["image.again"] === UNREADABLE_BUILD,
					why: "An image was built from two files, twice, and later once more by another process. One of the three is not there, or cannot be read.",
				},
				{
					...notReproducible,
					when: ({ facts }) => facts["image.again"] === LATER_BUILD_DIFFERS,
					why: "An image was built from two files, and later, by another process, once more. In between a word in one of them was changed, and the dates of both. Apart from that word, the second archive should be the first, byte by byte; and it is not.",
				},
				{
					...notReproducible,
					why: "Two images were built from the same files. Not a byte of them was changed in between; only their dates were. The second layer has another digest, so the same content would be stored and sent again under another name.",
				},
			),
		},
		inImage("platform", "os and architecture in the config", {
			diagnosis: "platform",
			why: "An image says for which machine it is, in Go's words: amd64, not x86_64 or x64. An engine refuses what it cannot run before it has tried.",
			try: 'Write architecture: "amd64" and os: "linux".',
			see: [CONFIG],
		}),
		{
			fact: "command.root",
			madeOf: "files",
			what: "what is in the command's root directory",
			explain: [
				{
					diagnosis: "more-than-the-file",
					why: "The image was built from one file. Its root directory has something else: what is unpacked beside the files, or packed with them, is in every container.",
					try: "Unpack the layer into a directory that holds nothing else, and put only `files` into it.",
					see: ["OCI image specification, layer.md"],
				},
			],
		},
		{
			fact: "hello.bytes",
			madeOf: "files",
			what: "the bytes of /hello in the container",
			explain: [
				{
					diagnosis: "bytes-changed",
					why: "It runs, but it is not the file that was put in. tar fills a file's last block up to 512 bytes, and the header says how many of them are the file's own.",
					try: "Write the content's own length into the header; the filling is not counted.",
					see: ["POSIX, pax: ustar Interchange Format"],
				},
			],
		},
		{
			fact: "hello.mode",
			madeOf: "files",
			what: "the permission bits of /hello in the container",
			explain: [
				{
					diagnosis: "mode-changed",
					why: "The file came with other permission bits than it has on the host. Either the archive has others, or they were lost in unpacking: a new file's mode goes through the umask, which takes 022 away.",
					try: "Write the mode that statSync(source) shows into the tar header, and unpack with tar -p.",
					see: ["POSIX, pax: ustar Interchange Format", "umask(2)"],
				},
			],
		},
		{
			fact: "hello.owner",
			madeOf: "files",
			what: "the owner of /hello in the container, as uid:gid",
			explain: [
				{
					diagnosis: "owner-of-the-builder",
					why: "The file belongs to 1000 on the host where the image was built, and now to 1000 in the container: a tar archive and the kernel know numbers only. Who is 1000 there is for that container's /etc/passwd to say.",
					try: "Write 0 as owner and group into the tar header: what an image brings belongs to its root.",
					see: ["POSIX, pax: ustar Interchange Format", "getpwuid(3)", "credentials(7)"],
				},
			],
		},
		{
			fact: "dynamic.ending",
			madeOf: "exercise",
			what: "the second image: dash, which then starts ls",
			accept: (_, { facts }) =>
				facts["image.manifest"] !== COMPLETE_MANIFEST || facts["image.layer"] !== "a tar archive",
			explain: dynamicFailures(missingIn),
		},
		{
			fact: "dynamic.ran",
			madeOf: "files",
			what: "the program that the kernel ran from the second image",
			accept: withoutDynamic,
			explain: [otherPrograms],
		},
		{
			fact: "dynamic.missing",
			madeOf: "files",
			what: "what dash and ls need, and the second image has not as it is on the host",
			accept: withoutDynamic,
			explain: [otherPrograms],
		},
		{
			fact: "dynamic.surplus",
			madeOf: "files",
			what: "files in the second image that neither dash nor ls needs",
			explain: [
				{
					diagnosis: "too-much-copied",
					why: "The host's loader was asked for all that dash and ls load (ld.so --list), and these are not among it.",
					try: "Take what PT_INTERP and DT_NEEDED name, in the program and in each library, and nothing else.",
					see: ["ld.so(8)", "elf(5)"],
				},
			],
		},
		...programRules,
		...copyRules,
		{
			fact: "left.files",
			madeOf: "files",
			what: "files left in /run/box and /tmp after all containers have ended",
			accept: (_, { facts }) => (facts["copies.unpacked"] as readonly string[]).length > 0,
			explain: [
				{
					diagnosis: "unpacked-elsewhere",
					why: "The engine removes the directory that openImage was given. These files were unpacked beside it, and nobody removes them.",
					try: "Unpack below `dir`.",
					see: [],
				},
			],
		},
	],
	exceptions: [TOOL_ASKED, ...refusals],
});
