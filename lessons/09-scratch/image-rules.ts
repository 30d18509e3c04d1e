import type { Context, Explanation, FactRule, FactValue } from "../../harness/judge/index.ts";
import { SPECIFICATION, USTAR } from "./documents.ts";
import { type IMAGE_FACTS, inOtherOrder, LATER_BUILD_DIFFERS, UNREADABLE_BUILD } from "./facts.ts";
import { COMPLETE_MANIFEST } from "./oci.ts";

/** Rules for the first image: its files, and what the container has of them. Explanations of each way to get them wrong. */

const DESCRIPTOR = `${SPECIFICATION}, descriptor.md`;
const CONFIG = `${SPECIFICATION}, config.md`;

/** Accepts any value if the image has no complete manifest: the fact `image.manifest` already says that. */
const withoutManifest = (_: FactValue, { facts }: Context) => facts["image.manifest"] !== COMPLETE_MANIFEST;
const inImage = (fact: (typeof IMAGE_FACTS)[number], what: string, ...explain: Explanation[]): FactRule => ({
	fact: `image.${fact}`,
	madeOf: "files",
	what,
	accept: withoutManifest,
	// The image was built before anything ran from it, so no earlier fact explains this one.
	followsFrom: [],
	explain,
});

const namesWithOtherForm = ({ facts }: Context) =>
	(facts["image.names"] as string[]).some((path) => !/^blobs\/sha256\/[0-9a-f]{64}$/.test(path));

const shows = (fact: FactValue | undefined, pattern: RegExp) =>
	Array.isArray(fact) && fact.some((text) => pattern.test(text));

const notReproducible = {
	diagnosis: "not-reproducible",
	try: "Write 0 for the date into the tar header, and nothing that differs from build to build.",
	see: [USTAR],
};

export const imageRules: FactRule[] = [
	{
		fact: "image.manifest",
		madeOf: "files",
		what: "manifest.json in the image's directory",
		explain: [
			{
				when: ({ facts }) => facts["image.manifest"] === "missing",
				diagnosis: "no-manifest",
				why: "There is no manifest.json (or no JSON object in it) that says which bytes belong to the image. So anybody can change a part of the image, and nothing shows the change.",
				try: "In buildImage, write each part as a blob in blobs/sha256/, named after its digest, and a manifest.json that names these blobs.",
				see: [`${SPECIFICATION}, manifest.md`],
			},
			{
				diagnosis: "manifest-incomplete",
				followsFrom: [],
				why: "The manifest says which blob is the config, and which blobs are layers. This manifest has no object `config`, or no list `layers` with at least one object, so nobody can open the image.",
				try: "Write { schemaVersion: 2, config: DESCRIPTOR, layers: [DESCRIPTOR] }.",
				see: [`${SPECIFICATION}, manifest.md`],
			},
		],
	},
	inImage(
		"names",
		"blobs whose name is not their content's SHA-256",
		{
			when: namesWithOtherForm,
			diagnosis: "name-not-hexadecimal",
			why: "A blob's path is blobs/sha256/ and 64 hexadecimal digits, which are the digest without its prefix. These paths have another form.",
			try: 'Use digest("hex"), and drop "sha256:" from the file name; in the manifest it stays.',
			see: [`${SPECIFICATION}, image-layout.md, Blobs`, DESCRIPTOR],
		},
		{
			diagnosis: "name-of-something-else",
			why: "The names look like digests, but sha256sum of these files gives other digests. So something else was hashed: a path, a string made of the bytes, or the bytes before they were complete.",
			try: "Hash exactly the Buffer that you write, not a string made of it, and not its path.",
			see: [DESCRIPTOR, "sha256sum(1)"],
		},
	),
	inImage(
		"descriptors",
		"what is wrong in the manifest's descriptors",
		{
			when: ({ facts }) => (facts["image.descriptors"] as string[]).some((text) => text.includes("no blob")),
			diagnosis: "descriptor-names-no-blob",
			why: "A descriptor's digest is the algorithm, a colon and the hexadecimal digits. It leads to the blob's file. For this digest, there is no file.",
			try: "Let the function that writes a blob return the blob's descriptor, so that both use the same digest.",
			see: [DESCRIPTOR],
		},
		{
			when: ({ facts }) => (facts["image.descriptors"] as string[]).some((text) => text.includes("media type")),
			diagnosis: "descriptor-media-type",
			why: "A descriptor's mediaType says what the blob's bytes are. Without it, another engine cannot tell a layer from a signature, or a tar archive from a compressed one.",
			try: 'Write "application/vnd.oci.image.layer.v1.tar" for the layer, and "application/vnd.oci.image.config.v1+json" for the config.',
			see: [DESCRIPTOR, `${SPECIFICATION}, media-types.md`],
		},
		{
			when: ({ facts }) => (facts["image.descriptors"] as string[]).some((text) => text.includes("the bytes are")),
			diagnosis: "media-type-not-the-bytes",
			why: "A descriptor's mediaType says what the blob's bytes are, but these bytes are something else. Another engine trusts the media type: it would give a compressed layer directly to tar, or an uncompressed layer to a decompressor.",
			try: "Use the media type that fits the bytes that you write: for a layer that is compressed with gzip, it ends with +gzip.",
			see: [`${SPECIFICATION}, media-types.md`, `${SPECIFICATION}, layer.md`],
		},
		{
			diagnosis: "descriptor-size",
			why: "A descriptor's size is the size of the blob in bytes. Engines refuse a download that is longer than this size.",
			try: "Use the length of the Buffer that you write, not the size of a file in it, and not the length of a string.",
			see: [DESCRIPTOR],
		},
	),
	inImage(
		"fields",
		"fields of the two JSON documents that break the specification",
		{
			when: ({ facts }) => (facts["image.fields"] as string[]).some((text) => text.includes("schemaVersion")),
			diagnosis: "schema-version",
			why: "The field schemaVersion of a manifest gives the version of the format. It must be the number 2. Engines refuse other versions.",
			try: "Write schemaVersion: 2 into the manifest.",
			see: [`${SPECIFICATION}, manifest.md`],
		},
		{
			when: ({ facts }) => (facts["image.fields"] as string[]).some((text) => text.includes("rootfs.type")),
			diagnosis: "rootfs-type",
			why: 'According to the specification, the config\'s rootfs must have the type "layers". Engines refuse a config without it.',
			try: 'Write rootfs: { type: "layers", diff_ids: [ … ] }.',
			see: [CONFIG],
		},
		{
			diagnosis: "field-of-the-specification",
			why: "The specification requires these fields, or prescribes their values. Each field is shown with the value that the check found.",
			try: "Look each field up in the specification: manifest.md for manifest.json, config.md for the config.",
			see: [`${SPECIFICATION}, manifest.md`, CONFIG],
		},
	),
	inImage("layer", "the layer's blob", {
		diagnosis: "layer-not-tar",
		why: "The check could not read the blob as a tar archive: it has no entry, or a header is not in its place. A layer must be a tar archive, which holds each file's path, mode and owner together with its content.",
		try: "Join one tarEntry for each file, and end with two empty blocks of 512 bytes.",
		see: [`${SPECIFICATION}, layer.md`, USTAR],
	}),
	inImage("twice", "paths that occur more than once in a layer", {
		diagnosis: "path-twice",
		why: "The specification forbids two entries for the same path in a layer. Programs that unpack such a layer may disagree about which entry counts.",
		try: "Make one entry for each key of `files`.",
		see: [`${SPECIFICATION}, layer.md`],
	}),
	{
		...inImage("end", "the last 1024 bytes of the layer's archive", {
			diagnosis: "archive-without-end",
			why: "Two empty blocks mark the end of a tar archive. This archive does not end with two. tar accepts it nevertheless. But tar would also accept an archive that was cut off between two files, and nobody would notice that files are missing.",
			try: "Add 1024 zero bytes after the last entry: Buffer.alloc(1024).",
			see: [USTAR],
		}),
		accept: (got, context) => withoutManifest(got, context) || context.facts["image.layer"] !== "a tar archive",
	},
	inImage(
		"diff_id",
		"the diff_ids in the config's rootfs",
		{
			when: ({ facts }) => shows(facts["image.diff_id"], / for /),
			diagnosis: "diff-id-count",
			why: "rootfs.diff_ids must have one digest for each layer of the manifest, in the same order. With it, another engine checks that a layer, once decompressed, is the layer that the config means.",
			try: "Write one diff_id for each layer: the digest of its tar archive.",
			see: [CONFIG],
		},
		{
			when: ({ facts }) => shows(facts["image.diff_id"], /no digest$/),
			diagnosis: "diff-id-form",
			why: "A diff_id is a whole digest: sha256, a colon, and 64 hexadecimal digits. The twelve digits that docker shows are only for people.",
			try: "Write the whole digest, with its prefix.",
			see: [CONFIG, `${DESCRIPTOR}, Digests`],
		},
		{
			when: ({ facts }) => shows(facts["image.diff_id"], /compressed blob/),
			diagnosis: "diff-id-of-the-compressed",
			why: "The layer is compressed, and its diff_id is the digest of the compressed blob. But a diff_id must be the digest of the tar archive before compression, so that it stays the same no matter how the layer is stored or sent.",
			try: "Hash the archive before you compress it, and keep that digest for rootfs.diff_ids.",
			see: [CONFIG],
		},
		{
			diagnosis: "diff-id",
			why: "rootfs.diff_ids must have the digest of each layer's uncompressed tar archive, in the order of the layers. sha256sum of this layer's archive gives another digest.",
			try: "Hash the tar archive itself. If the blob is not compressed, the diff_id is the same as the blob's digest.",
			see: [CONFIG],
		},
	),
	inImage("command", "where the image has its command", {
		diagnosis: "command-not-in-config",
		why: "buildImage was called with a command, but config.Cmd of the config's blob does not have this command, or not all of it. In another place, no digest protects the command, or no other engine looks for it.",
		try: "Write config: { Cmd: command } into the config.",
		see: [CONFIG],
	}),
	{
		// An image is missing or unreadable. Any other finding says more about the cause.
		isConsequence: ({ facts }) => facts["image.again"] === UNREADABLE_BUILD,
		...inImage(
			"again",
			"the layer's digest after the image was built again from the same files",
			{
				when: inOtherOrder,
				diagnosis: "not-sorted",
				why: "Two images were built from the same files, which were given in different orders. The archives have their entries in these orders, so their digests differ. The same content would be stored and sent twice, under two names.",
				try: "Sort the paths before you make the entries.",
				see: [USTAR],
			},
			{
				...notReproducible,
				when: ({ facts }) => facts["image.again"] === UNREADABLE_BUILD,
				why: "From the same two files, one process built two images, and another process later built a third one. One of the three images does not exist, or cannot be read.",
				try: "buildImage must work for any files and any directory, and several times in one process. If it threw, the message is in the printed output.",
				see: [],
			},
			{
				...notReproducible,
				when: ({ facts }) => facts["image.again"] === LATER_BUILD_DIFFERS,
				why: "An image was built from two files. Then a word in one file was changed, and the dates of both files. Later, another process built the image again. Apart from the changed word, both archives should have the same bytes, but they do not.",
			},
			{
				...notReproducible,
				why: "Two images were built from the same files. In between, only the dates of the files were changed, and no byte of their content. But the second layer has another digest. So the same content would be stored and sent twice, under two names.",
			},
		),
	},
	inImage("platform", "os and architecture in the config", {
		diagnosis: "platform",
		why: "The config says on which platform the image runs, in the terms of the Go language: amd64, not x86_64 or x64. An engine refuses an image for another platform.",
		try: 'Write architecture: "amd64" and os: "linux".',
		see: [CONFIG],
	}),
	{
		fact: "command.root",
		madeOf: "files",
		what: "the entries of the command's root directory",
		explain: [
			{
				diagnosis: "more-than-the-file",
				why: "The image was built from one file, but the container's root directory has other entries. Everything that is packed into a layer, or lies in its directory, appears in every container.",
				try: "Put only `files` into the layer, and unpack it into a directory that holds nothing else.",
				see: [`${SPECIFICATION}, layer.md`],
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
				why: "/hello runs, but its bytes are not those of the file on the host. Possible causes: the file was read or written as a string; or its length in the tar header is wrong. A tar archive pads the last block of a file to 512 bytes, and the header gives the file's length without the padding.",
				try: "Read and write files as Buffers. Write the length of the content into the header, without the padding.",
				see: [USTAR],
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
				why: "The file's permission bits differ from those on the host. Either the archive has other bits, or they were lost when it was unpacked: the umask removes 022 from the mode of a new file.",
				try: "Write the mode that statSync(source) shows into the tar header, and unpack with tar -p.",
				see: [USTAR, "umask(2)"],
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
				why: ({ facts }) =>
					`In the container, the file belongs to ${facts["hello.owner"]}. On the host where the image was built, it belongs to 1000:1000. The kernel knows only numbers. In the container, the same number may be another user.`,
				try: "Write 0 as owner and group into the tar header: the files of an image belong to the container's root user.",
				see: [USTAR, "getpwuid(3)", "credentials(7)"],
			},
		],
	},
];
