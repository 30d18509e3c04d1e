import type { LanguageFn } from "highlight.js";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import json from "highlight.js/lib/languages/json";
import typescript from "highlight.js/lib/languages/typescript";
import x86asm from "highlight.js/lib/languages/x86asm";

// Highlights typed commands (after `$ `) as bash. Their output stays plain. A typed line that ends in \ continues on the
// next line.
const session: LanguageFn = () => ({
	name: "console",
	contains: [{ scope: "meta", begin: /^\$ /, starts: { end: /[^\\](?=\s*$)/, subLanguage: "bash" } }],
});

/** The languages of the lessons' code blocks, by the name after the opening fence. */
export const GRAMMARS: Record<string, LanguageFn> = { bash, c, console: session, json, typescript, x86asm };
/** Other names for a language after the opening fence. */
export const ALIASES = { x86asm: ["asm", "nasm"] };
