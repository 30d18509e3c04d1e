import { type Context, type Explanation, type LedgerCall, refused } from "../../harness/judge/index.ts";
import { OVERLAYFS, SPECIFICATION, USTAR } from "./documents.ts";
import { hasLinksInDirectory, toolsStarted } from "./facts.ts";

/**
 * The calls of execve in the container: those after pivot_root. The program's name does not tell them apart from calls
 * for programs that the exercise starts on the host, such as tar: the command may be a wrong one.
 */
function execveCallsInContainer(ledger: readonly LedgerCall[]): LedgerCall[] {
	const pivot = ledger.findIndex(({ call }) => call === "pivot_root");
	const init = ledger[pivot]?.task;
	return ledger.filter(
		({ call, task }, index) => call === "execve" && index > pivot && (task === init || task.startsWith(`${init}.`)),
	);
}

/** Whether the container's execve was refused with this error. The engine only returns an exit code for it. */
const execveRefused =
	(code: string, container = "box") =>
	({ observation }: Context) =>
		execveCallsInContainer(observation.calls[container]?.ledger ?? []).some(({ error }) => error === code);

// The child got as far as pivot_root and never called execve.
const noExecve = ({ ledger }: Context) =>
	ledger.some(({ call }) => call === "pivot_root") && execveCallsInContainer(ledger).length === 0;

// 128 + SIGILL, SIGBUS, SIGFPE or SIGSEGV: the likely end of a program whose bytes are wrong.
const diedAtOnce = ({ ending }: Context) =>
	ending.how === "returned" && [132, 135, 136, 139].includes(Number(ending.value));

const neverRan = ({ facts }: Context) => facts["command.ran"] === false;

/** Explanations of exceptions, and of a first command that never ran. */
export const refusals: Explanation[] = [
	{
		when: ({ thrown }) => /^ENOENT: .*, open '\/.*\/command\.json'/.test(thrown?.message ?? ""),
		diagnosis: "opens-as-the-skeleton",
		why: "openImage opens command.json, as in the skeleton. But buildImage does not write this file any more: the command is in the config's blob now.",
		try: "Write openImage next, TODO(09.6) and TODO(09.7). Begin with manifest.json. Neither half is judged until openImage can read what buildImage writes.",
		see: [],
	},
	{
		when: (context) => neverRan(context) && execveRefused("EACCES")(context),
		diagnosis: "not-executable",
		why: "execve of /hello failed with EACCES: the file exists, but has no execute bit. The file on the host has one. The bit was lost in the archive's header, or when the layer was unpacked.",
		try: "Write the mode that statSync(source) shows into the tar header, and unpack with tar -p.",
		see: ["execve(2), ERRORS", USTAR],
	},
	{
		when: (context) => neverRan(context) && (execveRefused("ENOEXEC")(context) || diedAtOnce(context)),
		diagnosis: "not-a-program",
		why: (context) =>
			`${diedAtOnce(context) ? "execve of /hello succeeded, but a signal ended the program before it printed its line" : "execve of /hello failed with ENOEXEC"}: the file exists and is executable, but its bytes are not those of the file on the host.`,
		try: "Read and write files as Buffers, never as strings. Compare both files with cmp(1).",
		see: ["execve(2), ERRORS", "elf(5)"],
	},
	{
		when: (context) => neverRan(context) && execveRefused("ENOENT")(context),
		diagnosis: "program-not-in-image",
		why: ({ ledger }) => {
			const path = execveCallsInContainer(ledger)[0]?.args["pathname"];
			return `execve(${path}) failed with ENOENT. hello has no interpreter that could be missing, so the file itself is missing in the new root. Possible causes: the file has another name or is in another directory, or this is not the command that the image was built with.`;
		},
		try: "List the layer with tar -tv: it must have an entry called hello. And print the command that openImage returns.",
		see: ["execve(2), ERRORS"],
	},
	{
		when: (context) =>
			refused("mount", "ENOENT", "ENOTDIR", "EINVAL")(context) &&
			/lowerdir=[^,]*sha256:/.test(context.thrown?.syscall?.args["data"] ?? ""),
		diagnosis: "colon-in-a-path",
		why: ({ thrown }) =>
			`The engine mounts an overlay of the directories that openImage returns: ${thrown?.syscall?.args["data"]}. In lowerdir, a colon separates two directories, but the path of your directory contains a colon.`,
		try: "Give the directory another name: a number, or the digest without its sha256:.",
		see: ["mount(2)", OVERLAYFS],
	},
	{
		when: refused("mount", "ENOENT", "ENOTDIR", "EINVAL", "ENOTBLK"),
		diagnosis: "layers-not-directories",
		why: ({ thrown }) =>
			`The engine mounts an overlay of the directories that openImage returns, and the kernel refused this mount: ${thrown?.syscall?.args["data"]}. A lowerdir must be a directory.`,
		try: "Return the directories that you unpacked the layers into, not the archives, and not an empty list.",
		see: ["mount(2), ERRORS"],
	},
	{
		when: (context) => neverRan(context) && noExecve(context),
		diagnosis: "command-not-returned",
		why: "The container was made, but the engine never called execve. A possible cause: the `command` that openImage returned is not a list of strings, or is an empty list.",
		try: "Return config.config.Cmd: the config's blob is an object, and its field `config` has the command.",
		see: [`${SPECIFICATION}, config.md`],
	},
	{
		when: ({ thrown }) => /^ENOENT.*blobs/.test(thrown?.message ?? ""),
		diagnosis: "blob-not-there",
		why: ({ thrown }) =>
			`A blob was read at a path that does not exist, or written into a directory that does not exist. ${thrown?.message}`,
		try: "Make blobs/sha256 first. Use one function that turns a digest into a path, for writing and for reading.",
		see: [`${SPECIFICATION}, image-layout.md, Blobs`],
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
		`The exercise started ${toolsStarted(context).join(" and ")}, which this host does not have. A computer that builds images may not have such tools either, and their output is meant for people.`,
	try: "Read the bytes of the file: its header, its program headers, and the table that PT_DYNAMIC points to.",
	see: ["elf(5)"],
};

/**
 * Explanations of a dynamic program that did not run.
 * @param missingIn returns which of dash, ls and their libraries are missing or different in the image, by name
 */
export const dynamicFailures = (missingIn: (context: Context) => string[]): Explanation[] => [
	TOOL_ASKED,
	{
		when: hasLinksInDirectory,
		diagnosis: "links-in-the-directory",
		why: "The directory of dash and ls has symbolic links. They lead to files of the host, which the container does not have. The lines that the skeleton once had in buildImage copy a link as a link.",
		try: "Until you write buildImage yourself, call copyFileSync in place of cpSync: it follows links.",
		see: ["path_resolution(7)"],
	},
	{
		when: (context) => /null bytes/.test(thrownIn(context)?.message ?? ""),
		diagnosis: "nul-kept",
		why: "A file was opened with a path that contains a NUL byte. Strings in an ELF file end with a NUL byte. It is not part of the path, but p_filesz of PT_INTERP includes it.",
		try: "End the string before the first zero byte: elf.indexOf(0, offset).",
		see: ["elf(5), PT_INTERP"],
	},
	{
		when: (context) =>
			thrownIn(context)?.name === "RangeError" && /range|outside|bounds/.test(thrownIn(context)?.message ?? ""),
		diagnosis: "beyond-the-file",
		why: (context) =>
			`In dash, ls or a library, an offset beyond the end of the file was read. RangeError: ${thrownIn(context)?.message}. Possible causes: an address in memory was used as an offset in the file (a segment has both, p_vaddr and p_offset, and they differ for PT_DYNAMIC in dash); or a table was read beyond its end, which p_filesz gives.`,
		try: "Read at p_offset. Compare your results with the output of readelf -l -d /usr/bin/dash.",
		see: ["elf(5), p_offset", "readelf(1), --program-headers --dynamic"],
	},
	{
		when: (context) => thrownIn(context) !== undefined,
		diagnosis: "dynamic-threw",
		why: (context) =>
			`For dash and ls, there was an exception. ${thrownIn(context)?.name}: ${thrownIn(context)?.message}`,
		try: "Compare your results with the output of readelf -l -d for /usr/bin/dash and its libraries.",
		see: ["elf(5)"],
	},
	{
		when: (context) => execveRefused("ENOENT", "dynamic")(context) && !missingIn(context).includes("dash"),
		diagnosis: "interpreter-missing",
		misconception: 16,
		why: "execve of /bin/dash failed with ENOENT, but /bin/dash is in the image. Its interpreter is missing, or not at its path. The kernel does not load a dynamic program by itself: it opens the interpreter that PT_INTERP names. If that fails, execve returns the error.",
		try: "Read PT_INTERP of the program, and put the interpreter into the image at exactly this path. On the host, the path may be a link: put the file that it points to into the image.",
		see: ["execve(2), ERRORS", "elf(5), PT_INTERP", "ld.so(8)"],
	},
	{
		when: (context) => missingIn(context).length > 0 && missingIn(context).every((name) => name.startsWith("libpcre2")),
		diagnosis: "library-of-library-missing",
		misconception: 16,
		why: (context) =>
			`dash runs, but ls does not: ${missingIn(context).join(", ")} is not in the image. ls needs libselinux.so.1, and libselinux.so.1 needs this library.`,
		try: "Read DT_NEEDED in every library, too, until you find no new one.",
		see: ["ld.so(8)", "elf(5), DT_NEEDED"],
	},
	{
		when: (context) => missingIn(context).length > 0,
		diagnosis: "library-missing",
		misconception: 16,
		why: (context) =>
			`dash and ls need these files, but they are not in the image, or have other content there: ${missingIn(context).join(", ")}. A symbolic link alone is not enough: the file that it points to must be in the image.`,
		try: "Put the file of every DT_NEEDED into one of the loader's directories. Follow symbolic links when you copy.",
		see: ["ld.so(8)", "elf(5), DT_NEEDED"],
	},
	{
		diagnosis: "dynamic-did-not-run",
		why: "The image has all files that dash and ls need. But dash did not end with the code that it had read, which it does only after ls has succeeded. Possible causes: the libraries are not where the loader looks (/lib/x86_64-linux-gnu, /usr/lib/x86_64-linux-gnu, /lib, /usr/lib), or the interpreter is not executable.",
		try: "Give each library the path that it has on the host.",
		see: ["ld.so(8)"],
	},
];
