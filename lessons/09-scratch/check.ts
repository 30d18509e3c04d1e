import {
	type Context,
	defineCheck,
	type Explanation,
	type FactRule,
	type FactValue,
} from "../../harness/grade/index.ts";
import { derive, fixedFailed, type IMAGE_FACTS, inOtherOrder, missingIn, WHOLE } from "./facts.ts";
import { AT_ADDRESS, dynamicFailures, refusals } from "./refusals.ts";
import { draw, scenario } from "./scenario.ts";

const DESCRIPTOR = "OCI image specification, descriptor.md";
const CONFIG = "OCI image specification, config.md";

const withoutManifest = (_: FactValue, { facts }: Context) => facts["image.manifest"] !== WHOLE;
const inImage = (fact: (typeof IMAGE_FACTS)[number], what: string, ...explain: Explanation[]): FactRule => ({
	fact: `image.${fact}`,
	madeOf: "files",
	what,
	accept: withoutManifest,
	explain,
});

// Of one who has not come that far yet, nothing of this can be said.
const notDynamicYet = ({ facts }: Context) => facts["dynamic.ending"] !== "exit code 42";
const namesWithOtherForm = ({ facts }: Context) =>
	(facts["image.names"] as string[]).some((path) => !/^blobs\/sha256\/[0-9a-f]{64}$/.test(path));

export default defineCheck({
	module: "image.ts",
	exported: "buildImage",
	engine: "solutions/09-scratch/box.ts",
	weight: 15,
	learnt:
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
				diagnosis: "descriptor-size",
				why: "A descriptor's size is the blob's, in bytes. Who downloads one stops reading there, and refuses what is longer.",
				try: "Take the length of the Buffer that you write, not that of a file in it, or of a string.",
				see: [DESCRIPTOR],
			},
		),
		inImage("layer", "the layer's blob", {
			diagnosis: "layer-not-tar",
			why: "tar -t finds nothing in it. A layer is a tar archive: that is how a file's path, its mode and its owner come along with its bytes.",
			try: "Join a tarEntry for each file, and end with two empty blocks of 512 bytes.",
			see: ["OCI image specification, layer.md", "POSIX, pax: ustar Interchange Format"],
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
		inImage("diff_id", "the diff_id in the config's rootfs", {
			diagnosis: "diff-id",
			why: "rootfs.diff_ids has the digest of each layer's tar archive, in the order of the layers. sha256sum of this layer's tar gives another one.",
			try: 'The layer is not compressed, so its diff_id is its digest: rootfs: { type: "layers", diff_ids: [layer.digest] }.',
			see: [CONFIG],
		}),
		inImage("command", "what to run", {
			diagnosis: "command-not-in-config",
			why: "The command ran, but config.Cmd of the config's blob does not have it. Wherever it is, it is in no place that a digest of the manifest leads to, or another engine would look.",
			try: "Write config: { Cmd: command } into the config.",
			see: [CONFIG],
		}),
		inImage(
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
				diagnosis: "not-reproducible",
				why: "Two images were built from the same files. Not a byte of them was changed in between; only their dates were. The second layer has another digest, so the same content would be stored and sent again under another name.",
				try: "Write 0 for the date into the tar header; and nothing else that is not the same each time.",
				see: ["POSIX, pax: ustar Interchange Format"],
			},
		),
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
			accept: (_, { facts }) => facts["image.manifest"] !== WHOLE || facts["image.layer"] !== "a tar archive",
			explain: dynamicFailures(missingIn, fixedFailed),
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
		{
			fact: "fixed.missing",
			madeOf: "files",
			what: "what is not in an image of a program that is loaded to a fixed address",
			accept: (_, context) => notDynamicYet(context),
			explain: [AT_ADDRESS],
		},
		{
			fact: "refused",
			madeOf: "files",
			what: "an image of a shell script, which is no ELF file",
			accept: (_, context) => notDynamicYet(context),
			explain: [
				{
					diagnosis: "script-taken-for-a-program",
					why: "A text file was taken for a program that needs nothing, and the image was built. It would not start: execve gives ENOENT for the interpreter that its first line names, and nobody has put that one in.",
					try: "In needs: if the file does not begin with 0x7f, E, L, F, throw an Error that names it.",
					see: ["elf(5), e_ident", "execve(2), Interpreter scripts"],
				},
			],
		},
		{
			fact: "orphan",
			madeOf: "files",
			what: "an image of a program that names libq.so.6, which is nowhere",
			accept: (_, context) => notDynamicYet(context),
			explain: [
				{
					diagnosis: "missing-library-skipped",
					why: "The image was built without the library. It would be noticed on the day that somebody starts the program: ld.so then says that it cannot open the file, and ends with 127. The one who builds the image could have known.",
					try: "In gather: if a name of DT_NEEDED is in none of the directories, throw an Error that says which program needs it.",
					see: ["elf(5), DT_NEEDED", "ld.so(8)"],
				},
			],
		},
		{
			fact: "tampered",
			madeOf: "files",
			what: "copies of the image in which one word was changed",
			accept: withoutManifest,
			explain: [
				{
					when: ({ facts }) => String(facts["tampered"]).endsWith("layer"),
					diagnosis: "layer-not-checked",
					why: "A word in the layer's blob was changed, in place. Its name is still the old digest, and its content has another one; but the command runs, and /hello is the changed file. A digest protects only who compares it.",
					try: "In openImage: hash each blob, compare with the digest that led to it, and throw before anything is unpacked.",
					see: [`${DESCRIPTOR}, Verification`],
				},
				{
					diagnosis: "config-not-checked",
					why: "A changed layer is refused, but this copy had another command in its config, and it was opened. The config says what is run, and as whom: whoever can change it needs no layer.",
					try: "Read the config by the same function as the layers: one that throws if the digest is another.",
					see: [`${DESCRIPTOR}, Verification`],
				},
			],
		},
		{
			fact: "tampered.unpacked",
			madeOf: "files",
			what: "files that were unpacked from an image that was then refused",
			accept: withoutManifest,
			explain: [
				{
					diagnosis: "unpacked-before-checked",
					why: "The image was refused, and its files are there all the same. tar runs as root, and has already read what nobody had vouched for.",
					try: "Check all blobs first; unpack when every digest was right.",
					see: [`${DESCRIPTOR}, Verification`],
				},
			],
		},
		{
			fact: "left.files",
			madeOf: "files",
			what: "files left in /run/box and /tmp after all containers have ended",
			accept: (_, { facts }) => (facts["tampered.unpacked"] as readonly string[]).length > 0,
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
	exceptions: refusals,
});
