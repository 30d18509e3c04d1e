import { Chalk } from "chalk";
import { createEmphasize } from "emphasize";
import { ALIASES, GRAMMARS } from "../../../base/grammars.ts";

/**
 * Colours code by its language's grammar. Loading this module takes a while: load it only if there is colour.
 * @param language as in a fence's first line; code in an unknown language stays as it is
 */
export function highlightCode(code: string, language: string): string {
	return emphasize.registered(language) ? emphasize.highlight(language, code, SHEET).value : code;
}

const emphasize = createEmphasize(GRAMMARS);
emphasize.registerAlias(ALIASES);

// Only those of a terminal's sixteen basic colours that are not too dark on black. Users can adjust these colours.
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
