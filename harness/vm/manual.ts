import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { cached, keepNewest, keyOf } from "../cache.ts";
import { Failure } from "../failure.ts";
import type { Progress } from "../progress.ts";
import { baseIn } from "./base.ts";
import { ensureImage, inCache } from "./image.ts";
import { Shipyard } from "./shipyard.ts";

/** Where a page's source is in the guest's /usr/share/man. */
const sourceOf = (page: string) => `man${sectionOf(page)[0]}/${page}.gz`;

/** The section in a page's name: `2` of `pivot_root.2`. */
export const sectionOf = (page: string): string => page.slice(page.lastIndexOf(".") + 1);

/**
 * Names of the manual pages in the virtual machine's image, such as `pivot_root.2`; builds the image if it is not there.
 * They are those of the kernel, of the C library and of the programs that the guest has.
 */
export async function manualPages(progress: Progress): Promise<string[]> {
	if ((await inCache()).building) await ensureImage(progress);
	const { manual } = await imageBase();
	return v.parse(v.pipe(v.string(), v.parseJson(), v.array(v.string())), await readFile(manual, "utf8"));
}

/**
 * A manual page as mandoc(1) formats it, in a virtual machine; from then on it is in the cache.
 * Bold and underlined letters are overstruck, as a typewriter would: see grotty(1), "Legacy output format".
 * @param page one of {@link manualPages}
 * @param width in columns
 */
export async function formattedPage(page: string, width: number, progress: Progress): Promise<string> {
	const { key } = await imageBase();
	const dir = await cached("manual", keyOf("manual 1", key, page, width), async (staging) => {
		await writeFile(join(staging, "page"), await format(page, width, progress));
		await keepNewest("manual", 100);
	});
	return readFile(join(dir, "page"), "utf8");
}

async function format(page: string, width: number, progress: Progress): Promise<string> {
	const yard = new Shipyard(progress);
	// A page that only refers to another names it from the manual's own directory.
	const script = `cd /usr/share/man && mandoc -T utf8 -O width=${width} ${sourceOf(page)}`;
	try {
		const { outcome } = await yard.play({
			...{ prepare: [], code: "", call: "", containers: {}, watch: [], files: [], network: false, secret: null },
			steps: [{ do: "run", argv: ["sh", "-c", script], as: "page", keepAll: true }],
		});
		const program = outcome.kind === "observed" ? outcome.observation.programs["page"] : undefined;
		if (program?.stdout) return program.stdout;
		const why = outcome.kind === "lost" ? `${outcome.how}\n${outcome.detail}` : program?.stderr;
		throw new Failure("failed", `${page} could not be formatted: ${why}`.trim());
	} finally {
		await yard.close();
	}
}

async function imageBase() {
	const { base } = await inCache();
	return baseIn(base, base.split("/").pop() ?? "");
}
