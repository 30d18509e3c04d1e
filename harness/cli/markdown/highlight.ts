import { Chalk } from "chalk";
import { createEmphasize } from "emphasize";
import type { LanguageFn } from "highlight.js";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import json from "highlight.js/lib/languages/json";
import typescript from "highlight.js/lib/languages/typescript";
import x86asm from "highlight.js/lib/languages/x86asm";

/**
 * Colours code as its language's grammar says. Loading this takes a while: load it only where there is colour.
 * @param language as in a fence's first line; code in one that is not known stays as it is
 */
export function highlightCode(code: string, language: string): string {
	return emphasize.registered(language) ? emphasize.highlight(language, code, SHEET).value : code;
}

// What is typed, in the shell's language, stands out from what is printed. A line that ends in \ goes on in the next.
const session: LanguageFn = () => ({
	name: "console",
	contains: [{ scope: "meta", begin: /^\$ /, starts: { end: /[^\\](?=\s*$)/, subLanguage: "bash" } }],
});

const emphasize = createEmphasize({ bash, c, console: session, json, typescript, x86asm });
emphasize.registerAlias({ x86asm: ["asm", "nasm"] });

// The sixteen colours that every terminal has, and its user has chosen; none that is too dark on black.
const chalk = new Chalk({ level: 1 });
const SHEET = {
	comment: chalk.dim,
	keyword: chalk.magenta,
	built_in: chalk.cyan,
	type: chalk.cyan,
	literal: chalk.yellow,
	number: chalk.yellow,
	string: chalk.green,
	variable: chalk.yellow,
	attr: chalk.cyan,
	"title function_": chalk.cyan,
	meta: chalk.green,
	bash: chalk.bold,
};
