import { type Context, type Explanation, refused } from "../../harness/judge/index.ts";
import { toolsStarted } from "./facts.ts";

/** Whether the container's execve was refused with this error. The engine only returns an exit code for it. */
const execveRefused =
	(code: string, container = "box") =>
	({ observation }: Context) =>
		observation.calls[container]?.ledger.some(({ call, error }) => call === "execve" && error === code) === true;

// The child got as far as pivot_root and never called execve.
const noExecve = ({ ledger }: Context) =>
	ledger.some(({ call }) => call === "pivot_root") && !ledger.some(({ call }) => call === "execve");

// 128 + SIGILL, SIGBUS, SIGFPE or SIGSEGV: the likely end of a program whose bytes are wrong.
const diedAtOnce = ({ ending }: Context) =>
	ending.how === "returned" && [132, 135, 136, 139].includes(Number(ending.value));

const neverRan = ({ facts }: Context) => facts["command.ran"] === false;

/** Explanations of exceptions, and of a first command that never ran. */
export const refusals: Explanation[] = [
	{
		when: (context) => neverRan(context) && execveRefused("EACCES")(context),
		diagnosis: "not-executable",
		why: "execve of /hello was refused with EACCES: the file is there, and has no execute bit. On the host it has: the archive's header lost it.",
		try: "Write the mode that statSync(source) shows into the tar header, and unpack with tar -p.",
		see: ["execve(2), ERRORS", "POSIX, pax: ustar Interchange Format"],
	},
	{
		when: (context) => neverRan(context) && (execveRefused("ENOEXEC")(context) || diedAtOnce(context)),
		diagnosis: "not-a-program",
		why: (context) =>
			`${diedAtOnce(context) ? "execve of /hello was done, and a signal ended it before it had printed its line" : "execve of /hello was refused with ENOEXEC"}: the file is there and executable, but its bytes are not those of the file that was put in.`,
		try: "Read and write files as Buffers, never as strings; and compare with cmp(1).",
		see: ["execve(2), ERRORS", "elf(5)"],
	},
	{
		when: (context) => neverRan(context) && execveRefused("ENOENT")(context),
		diagnosis: "program-not-in-image",
		why: ({ ledger }) => {
			const path = ledger.find(({ call }) => call === "execve")?.args["pathname"];
			return `execve(${path}) was refused with ENOENT. hello has no interpreter that could be missing, so there is no such file in the new root: it is called otherwise, it lies somewhere else, or this is not the command that the image was built with.`;
		},
		try: "Look with tar -tv into the layer: /hello has to be there as hello. And print the command that openImage returns.",
		see: ["execve(2), ERRORS"],
	},
	{
		when: (context) =>
			refused("mount", "ENOENT", "ENOTDIR", "EINVAL")(context) &&
			/lowerdir=[^,]*sha256:/.test(context.thrown?.syscall?.args["data"] ?? ""),
		diagnosis: "colon-in-a-path",
		why: ({ thrown }) =>
			`The engine mounts what openImage returns as layers over one another: ${thrown?.syscall?.args["data"]}. There a colon separates one directory from the next, and the path of yours has one in it.`,
		try: "Call the directory otherwise: by a number, or by the digest without its sha256:.",
		see: ["mount(2)", "overlayfs in the kernel's documentation"],
	},
	{
		when: refused("mount", "ENOENT", "ENOTDIR", "EINVAL", "ENOTBLK"),
		diagnosis: "layers-not-directories",
		why: ({ thrown }) =>
			`The engine mounts what openImage returns as layers over one another, and the kernel refused: ${thrown?.syscall?.args["data"]}. A lowerdir is a directory with files in it.`,
		try: "Return the directories that the layers were unpacked to, not the archives, and not an empty list.",
		see: ["mount(2), ERRORS"],
	},
	{
		when: (context) => neverRan(context) && noExecve(context),
		diagnosis: "command-not-returned",
		why: "All was made ready, and then there was no command to run: `command` of what openImage returned is no list of strings.",
		try: "Return config.config.Cmd: the config's blob is an object, and what is to be run is in its field `config`.",
		see: ["OCI image specification, config.md"],
	},
	{
		when: ({ thrown }) => /^ENOENT.*blobs/.test(thrown?.message ?? ""),
		diagnosis: "blob-not-there",
		why: ({ thrown }) =>
			`A blob was looked for where it is not, or written where there is no directory. ${thrown?.message}`,
		try: "Make blobs/sha256 first, and let one function turn a digest into a path, for writing and for reading.",
		see: ["OCI image specification, image-layout.md, Blobs"],
	},
];

const thrownIn = (context: Context) => {
	const ending = context.observation.calls["dynamic"]?.ending;
	return ending?.how === "threw" ? ending.thrown : undefined;
};

/** For an exercise that starts a tool in place of reading the file's bytes. */
export const TOOL_ASKED: Explanation = {
	when: (context) => toolsStarted(context).length > 0,
	diagnosis: "tool-asked",
	why: (context) =>
		`${toolsStarted(context).join(" and ")} was started, and this host has no such program. Where an image is built, there may be none; and what it prints is meant for people.`,
	try: "Read the bytes: the file's header, its program headers, and what PT_DYNAMIC leads to.",
	see: ["elf(5)"],
};

/** Explanations of a dynamic program that did not run. */
export const dynamicFailures = (missingIn: (context: Context) => string[]): Explanation[] => [
	TOOL_ASKED,
	{
		when: (context) => /null bytes/.test(thrownIn(context)?.message ?? ""),
		diagnosis: "nul-kept",
		why: "A path with a NUL byte was given to a file call. Strings in an ELF file end with one, and p_filesz of PT_INTERP counts it: it is no part of the path.",
		try: "End the string before the first 0: elf.indexOf(0, offset).",
		see: ["elf(5), PT_INTERP"],
	},
	{
		when: (context) => thrownIn(context)?.name === "RangeError",
		diagnosis: "beyond-the-file",
		why: (context) =>
			`hello went well; in dash, in ls or in a library a place was read that the file does not have. RangeError: ${thrownIn(context)?.message}. Possible causes: an address in memory was taken for a place in the file (a segment has both, p_vaddr and p_offset, and those of PT_DYNAMIC in dash are two different numbers); or a table was read beyond its end, which p_filesz tells.`,
		try: "Read at p_offset. Compare with what readelf -l and readelf -d show of /usr/bin/dash.",
		see: ["elf(5), p_offset", "readelf(1), --program-headers --dynamic"],
	},
	{
		when: (context) => thrownIn(context) !== undefined,
		diagnosis: "dynamic-threw",
		why: (context) =>
			`hello went well; with dash and ls there was an exception. ${thrownIn(context)?.name}: ${thrownIn(context)?.message}`,
		try: "Compare with what readelf -l and readelf -d show of /usr/bin/dash, and of its libraries.",
		see: ["elf(5)"],
	},
	{
		when: (context) => execveRefused("ENOENT", "dynamic")(context) && !missingIn(context).includes("dash"),
		diagnosis: "interpreter-missing",
		misconception: 16,
		why: "execve of /bin/dash was refused with ENOENT, and /bin/dash is in the image. What is not where it should be is its interpreter: the kernel starts no dynamic program by itself. It reads in the file, under PT_INTERP, who is to load it, opens that one, and hands on the error that it gets.",
		try: "Read PT_INTERP of the program, and put that file into the image at just this path. It may be a link on the host: the file that it leads to is needed.",
		see: ["execve(2), ERRORS", "elf(5), PT_INTERP", "ld.so(8)"],
	},
	{
		when: (context) => missingIn(context).length > 0 && missingIn(context).every((name) => name.startsWith("libpcre2")),
		diagnosis: "library-of-library-missing",
		misconception: 16,
		why: (context) =>
			`dash runs, ls does not: ${missingIn(context).join(", ")} is not in the image. ls does not name it, but libselinux.so.1 does, and ls names that one.`,
		try: "Read DT_NEEDED in every library, too, until nothing new comes.",
		see: ["ld.so(8)", "elf(5), DT_NEEDED"],
	},
	{
		when: (context) => missingIn(context).length > 0,
		diagnosis: "library-missing",
		misconception: 16,
		why: (context) =>
			`The interpreter was found, but not what it was to load: the image has no file ${missingIn(context).join(", ")}. A symbolic link without what it leads to is none.`,
		try: "Put the file of every DT_NEEDED into one of the loader's directories; follow links when you copy.",
		see: ["ld.so(8)", "elf(5), DT_NEEDED"],
	},
	{
		diagnosis: "dynamic-did-not-run",
		why: "All that dash and ls need is in the image, and still they did not run. Possible causes: the libraries are not where the loader looks (/lib/x86_64-linux-gnu, /usr/lib/x86_64-linux-gnu, /lib, /usr/lib), or the interpreter is not executable.",
		try: "Give each library the path that it has on the host.",
		see: ["ld.so(8)"],
	},
];
