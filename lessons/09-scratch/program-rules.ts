import type { Context, Explanation, FactRule, FactValue } from "../../harness/judge/index.ts";
import { SPECIFICATION } from "./documents.ts";
import { EXPECTED_EXIT_CODE, hasReadableFiles, missingIn } from "./facts.ts";
import { NOT_BUILT } from "./programs.ts";
import { dynamicFailures, TOOL_ASKED } from "./refusals.ts";

/**
 * Rules for images of programs: of dash and ls, which run, and of others, whose images are only read. Explanations of
 * each way to get them wrong.
 */

const beforeDynamicEnds = (context: Context) =>
	context.facts["dynamic.ending"] !== EXPECTED_EXIT_CODE || !hasReadableFiles(context);

// The other programs are not judged until dash and ls run, and the image has the host's files for them.
const beforeDynamicRuns = (context: Context) =>
	beforeDynamicEnds(context) || (context.facts["dynamic.missing"] as readonly string[]).length > 0;

const list = ({ facts }: Context, name: string) => facts[`program.${name}`] as readonly string[];
const isRight = (context: Context, name: string) => list(context, name).length === 0;

const rule = (name: string, what: string, ...explain: Explanation[]): FactRule => ({
	fact: `program.${name}`,
	madeOf: "files",
	what: `an image of ${what}`,
	accept: (_: FactValue, context: Context) => beforeDynamicRuns(context),
	explain,
});

const whenOnlyThisFails = (name: string, previous: string, explanation: Explanation): Explanation => ({
	...explanation,
	when: (context) => isRight(context, previous) && !isRight(context, name),
});

const needsNotFound = (name: string): Explanation => ({
	diagnosis: "needs-not-found",
	followsFrom: ["program.plain"],
	why: (context) =>
		`dash and ls ran. But the image of this program was ${list(context, name)[0] === NOT_BUILT ? "not built" : "built with too few files or too many"}. Possible causes: the result of \`needs\` does not match the bytes of this program's file; or \`gather\` does not look for a library in each of the four directories.`,
	try: "If `gather` or `needs` threw, the message is in the printed output. Compare your directories with those of the lesson's text. The file's bytes give every offset: e_phoff, p_offset, and for DT_STRTAB the PT_LOAD that contains its address.",
	see: ["elf(5)"],
});

const otherLoader = (context: Context) => list(context, "plain").some((text) => text === "with ld-linux-x86-64.so.2");

const otherPrograms: Explanation = {
	diagnosis: "other-programs",
	why: "The container of the second image ended as it should, but the image's files differ from the host's. The check had read the digests of dash, ls and their libraries before the image was built.",
	try: "Put the files that `files` names into the image, and the host's libraries, without changes.",
	see: [`${SPECIFICATION}, layer.md`],
};

export const programRules: FactRule[] = [
	{
		fact: "dynamic.ending",
		madeOf: "exercise",
		what: "how the second image's dash ended, after it had started ls",
		accept: (_, context) => !hasReadableFiles(context),
		explain: dynamicFailures(missingIn),
	},
	{
		fact: "dynamic.ran",
		madeOf: "files",
		what: "the program that the kernel ran from the second image",
		accept: (_, context) => beforeDynamicEnds(context),
		explain: [otherPrograms],
	},
	{
		fact: "dynamic.missing",
		madeOf: "files",
		what: "files that dash and ls need, and that are missing or different in the second image",
		accept: (_, context) => beforeDynamicEnds(context),
		explain: [otherPrograms],
	},
	{
		fact: "dynamic.surplus",
		madeOf: "files",
		what: "files in the second image that neither dash nor ls needs",
		explain: [
			{
				diagnosis: "too-much-copied",
				why: "The host's loader listed all files that dash and ls load (ld.so --list). These files are not in that list.",
				try: "Add only the files that PT_INTERP and DT_NEEDED name, in the program and in each library.",
				see: ["ld.so(8)", "elf(5)"],
			},
		],
	},
	rule(
		"plain",
		"a program whose addresses begin at 0x400000",
		TOOL_ASKED,
		{
			when: otherLoader,
			diagnosis: "interpreter-guessed",
			why: "The program names another interpreter than dash, but the image has dash's interpreter. On another distribution, or with another C library, the interpreter has another path.",
			try: "Read the path that PT_INTERP points to.",
			see: ["elf(5), PT_INTERP"],
		},
		{
			diagnosis: "address-taken-for-offset",
			why: "dash and ls ran, but the image of this program is wrong. The addresses in dash and ls begin at 0, so in their first segment, an address equals the offset in the file. This program's addresses begin at 0x400000, and its program headers do not directly follow the file's header. Possible causes: DT_STRTAB's value, which is an address in memory, was used as an offset in the file; or the program headers were read at 64 and not at e_phoff.",
			try: "Look for the PT_LOAD that contains the address. The offset in the file is address - p_vaddr + p_offset.",
			see: ["elf(5), DT_STRTAB", "readelf(1), --program-headers --dynamic"],
		},
	),
	rule(
		"bare",
		"a program without section headers",
		TOOL_ASKED,
		whenOnlyThisFails("bare", "plain", {
			diagnosis: "section-headers-used",
			why: "The image of the program with section headers is right, but not that of the program without. Section headers are for linkers and debuggers. A program runs without them: the kernel and the loader use only program headers.",
			try: "Find the interpreter through PT_INTERP, and the dynamic section through PT_DYNAMIC.",
			see: ["elf(5), Program header"],
		}),
		needsNotFound("bare"),
	),
	rule(
		"far",
		"a program whose string table is in another segment than its header",
		TOOL_ASKED,
		whenOnlyThisFails("far", "bare", {
			diagnosis: "wrong-segment",
			why: "The image of a program whose PT_LOADs all have the same difference between p_vaddr and p_offset is right. In this program, each PT_LOAD has another difference, and the string table is in the third PT_LOAD. The difference of another PT_LOAD gives a wrong offset.",
			try: "Use the PT_LOAD with p_vaddr <= address < p_vaddr + p_filesz, and no other.",
			see: ["elf(5), PT_LOAD", "elf(5), DT_STRTAB"],
		}),
		needsNotFound("far"),
	),
	rule(
		"high",
		"a program with addresses that are too high for this computer",
		TOOL_ASKED,
		whenOnlyThisFails("high", "far", {
			diagnosis: "loader-asked",
			why: "The image of the same program with lower addresses is right. Neither the kernel nor the loader of this computer can load this program, but its bytes can be read like those of any other. Possible causes: the loader was asked which libraries it would load (--list, LD_TRACE_LOADED_OBJECTS), as ldd does; or an address was cut to 32 bits.",
			try: "Read the bytes yourself, and read all addresses as 64-bit numbers: readBigUInt64LE.",
			see: ["elf(5)", "ld.so(8)"],
		}),
		needsNotFound("high"),
	),
	rule("several", "a program with two libraries", TOOL_ASKED, needsNotFound("several")),
	rule(
		"ring",
		"a program with two libraries that need each other",
		TOOL_ASKED,
		whenOnlyThisFails("ring", "bare", {
			diagnosis: "ring-of-libraries",
			why: "A library of this program needs a second library, which needs the first one again. The image does not have both, or was never built.",
			try: "Call `needs` once for each file: keep a record of the files that you have found, and stop when there is no new one.",
			see: ["ld.so(8)", "elf(5), DT_NEEDED"],
		}),
		needsNotFound("ring"),
	),
	rule("selfContained", "a static program that has a PT_DYNAMIC", TOOL_ASKED, needsNotFound("selfContained")),
	rule("script", "a file that begins with #!", {
		diagnosis: "script-taken-for-a-program",
		why: "The first bytes show that this file is not an ELF file, but an image was built from it. This image could not run: execve would fail with ENOENT, because the interpreter in the script's first line is not in the image.",
		try: "In `needs`, throw an Error that names the file if it does not begin with 0x7f, E, L, F.",
		see: ["elf(5), e_ident", "execve(2), Interpreter scripts"],
	}),
	rule("orphan", "a program that needs a library that does not exist", {
		diagnosis: "missing-library-skipped",
		why: "The image was built without the library. Nobody would notice before somebody runs the program: ld.so then reports that it cannot open the file, and exits with 127. gather can notice it when the image is built.",
		try: "In gather, if a name of DT_NEEDED is in none of the directories, throw an Error with this name and the program that needs it.",
		see: ["elf(5), DT_NEEDED", "ld.so(8)"],
	}),
];
