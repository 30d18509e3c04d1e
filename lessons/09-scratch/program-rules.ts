import type { Context, Explanation, FactRule, FactValue } from "../../harness/judge/index.ts";
import { EXPECTED_EXIT_CODE } from "./facts.ts";
import { NOT_BUILT } from "./programs.ts";
import { TOOL_ASKED } from "./refusals.ts";

/** Rules for images of programs that are only read, never run, and explanations of each way to get them wrong. */

// These facts are not judged until dash and ls run, and are the host's.
const notDynamicYet = ({ facts }: Context) =>
	facts["dynamic.ending"] !== EXPECTED_EXIT_CODE ||
	facts["image.layer"] !== "a tar archive" ||
	(facts["dynamic.missing"] as readonly string[]).length > 0;

const list = ({ facts }: Context, name: string) => facts[`program.${name}`] as readonly string[];
const isRight = (context: Context, name: string) => list(context, name).length === 0;

const rule = (name: string, what: string, ...explain: Explanation[]): FactRule => ({
	fact: `program.${name}`,
	madeOf: "files",
	what: `an image of ${what}`,
	accept: (_: FactValue, context: Context) => notDynamicYet(context),
	explain,
});

const differs = (name: string, from: string, explanation: Explanation): Explanation => ({
	...explanation,
	when: (context) => isRight(context, from) && !isRight(context, name),
});

const different = (name: string): Explanation => ({
	diagnosis: "needs-not-found",
	why: (context) =>
		`dash and ls went well; the image of this program was ${list(context, name)[0] === NOT_BUILT ? "not built" : "built, and has not what the program needs, or more than that"}. Compare what needs returns for it with what its bytes say.`,
	try: "See what was printed for an exception. All places are in the file: e_phoff, p_offset, and DT_STRTAB by way of its PT_LOAD.",
	see: ["elf(5)"],
});

const otherLoader = (context: Context) => list(context, "plain").some((text) => text === "with ld-linux-x86-64.so.2");

export const programRules: FactRule[] = [
	rule(
		"plain",
		"a program that is loaded to 0x400000",
		TOOL_ASKED,
		{
			when: otherLoader,
			diagnosis: "interpreter-guessed",
			why: "The program names another interpreter than dash does, and the image has dash's. On another distribution, or for another C library, the interpreter has another path.",
			try: "Read the path that PT_INTERP leads to.",
			see: ["elf(5), PT_INTERP"],
		},
		{
			diagnosis: "address-taken-for-offset",
			why: "dash and ls went well, and this program did not. They are loaded to wherever there is room, counted from 0, so there an address in the first segment is an offset in the file as well. This program is loaded to 0x400000, and its program headers do not follow its header at once. Possible causes: DT_STRTAB's value, which is an address in memory, was taken for a place in the file; or the program headers were looked for at 64, whatever e_phoff says.",
			try: "Look for the PT_LOAD that holds the address: address - p_vaddr + p_offset is the place in the file.",
			see: ["elf(5), DT_STRTAB", "readelf(1), --program-headers --dynamic"],
		},
	),
	rule(
		"bare",
		"the same program without section headers",
		TOOL_ASKED,
		differs("bare", "plain", {
			diagnosis: "section-headers-used",
			why: "With section headers it went well; without them it did not. Section headers are for linkers and debuggers. A program runs without them: the kernel and the loader go by program headers only.",
			try: "Find the interpreter by PT_INTERP and the dynamic section by PT_DYNAMIC.",
			see: ["elf(5), Program header"],
		}),
		different("bare"),
	),
	rule(
		"far",
		"a program whose strings are in another segment than its header",
		TOOL_ASKED,
		differs("far", "bare", {
			diagnosis: "wrong-segment",
			why: "Where all segments are as far from their place in the file, it went well. In this program each PT_LOAD has another difference between p_vaddr and p_offset, and the strings are in the third: the difference of another segment leads elsewhere.",
			try: "Take the PT_LOAD with p_vaddr <= address < p_vaddr + p_memsz, and no other.",
			see: ["elf(5), PT_LOAD", "elf(5), DT_STRTAB"],
		}),
		different("far"),
	),
	rule(
		"high",
		"a program with addresses that this computer does not have",
		TOOL_ASKED,
		differs("high", "far", {
			diagnosis: "loader-asked",
			why: "The same program with lower addresses went well. Its bytes can be read here like those of any other, but neither the kernel nor the loader can load it. Possible causes: the loader was asked what it would load (--list, LD_TRACE_LOADED_OBJECTS), as ldd does; or an address was cut to 32 bits.",
			try: "Read the bytes, all addresses as 64-bit numbers: readBigUInt64LE.",
			see: ["elf(5)", "ld.so(8)"],
		}),
		different("high"),
	),
	rule("several", "a program with two libraries", TOOL_ASKED, different("several")),
	rule(
		"ring",
		"a program with two libraries that need one another",
		TOOL_ASKED,
		differs("ring", "bare", {
			diagnosis: "ring-of-libraries",
			why: "A library of this program needs a second one, and that one needs the first again. Not both are in the image, or it was never built.",
			try: "Ask needs of each file once: keep a record of what has been found, and go on until nothing new comes.",
			see: ["ld.so(8)", "elf(5), DT_NEEDED"],
		}),
		different("ring"),
	),
	rule("selfContained", "a static program that has a PT_DYNAMIC", TOOL_ASKED, different("selfContained")),
	rule("script", "a file that begins with #!", {
		diagnosis: "script-taken-for-a-program",
		why: "The first bytes say that this is no ELF file, and an image of it was built. It would not start: execve gives ENOENT for the interpreter that its first line names, and nobody has put that one in.",
		try: "In needs: if the file does not begin with 0x7f, E, L, F, throw an Error that names it.",
		see: ["elf(5), e_ident", "execve(2), Interpreter scripts"],
	}),
	rule("orphan", "a program that names a library which is nowhere", {
		diagnosis: "missing-library-skipped",
		why: "The image was built without the library. It would be noticed on the day that somebody starts the program: ld.so then says that it cannot open the file, and ends with 127. The one who builds the image could have known.",
		try: "In gather: if a name of DT_NEEDED is in none of the directories, throw an Error that says which program needs it.",
		see: ["elf(5), DT_NEEDED", "ld.so(8)"],
	}),
];
