import { EXIT } from "../../base/failure.ts";
import { visibleProgress } from "../../base/progress.ts";
import { citedPage, formattedPage, manualPages } from "../../vm/image/manual.ts";
import { findPages, unknownPage } from "../../vm/image/manual-names.ts";
import { withoutOverstrike } from "../text/overstrike.ts";
import { paged } from "../text/pager.ts";
import { outputStyle } from "../text/terminal.ts";

/** `drydock man`: shows a manual page of the virtual machine's system. @returns the exit code */
export async function man(words: readonly string[]): Promise<number> {
	const pages = await manualPages(visibleProgress);
	const [found, ...others] = findPages(words, pages);
	if (found === undefined) throw unknownPage(words, pages);
	const { width, color } = outputStyle();
	const text = await formattedPage(found, width, visibleProgress);
	if (others.length > 0)
		process.stderr.write(`this is ${citedPage(found)}; there are also: ${others.map(citedPage).join(", ")}\n`);
	await paged(withoutOverstrike(text, color));
	return EXIT.passed;
}
