import type { LanguageFn } from "highlight.js";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import json from "highlight.js/lib/languages/json";
import typescript from "highlight.js/lib/languages/typescript";
import x86asm from "highlight.js/lib/languages/x86asm";

// What is typed, in the shell's language, stands out from what is printed. A line that ends in \ goes on in the next.
const session: LanguageFn = () => ({
	name: "console",
	contains: [{ scope: "meta", begin: /^\$ /, starts: { end: /[^\\](?=\s*$)/, subLanguage: "bash" } }],
});

/** The languages of the lessons' code blocks, as a fence's first line names them. */
export const GRAMMARS: Record<string, LanguageFn> = { bash, c, console: session, json, typescript, x86asm };
export const ALIASES = { x86asm: ["asm", "nasm"] };
