import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { cached, hashOf, keepNewest } from "../../base/cache.ts";
import { Failure } from "../../base/failure.ts";
import type { Progress } from "../../base/progress.ts";
import { MachinePool } from "../machine-pool.ts";
import { cachedParts, ensureImage } from "./image.ts";
import { baseIn } from "./image-base.ts";

/** A page's name without its section: `ld.so` of `ld.so.8`. */
export const titleOf = (page: string): string => page.slice(0, page.lastIndexOf("."));

/** The section in a page's name: `8` of `ld.so.8`. */
export const pageSection = (page: string): string => page.slice(page.lastIndexOf(".") + 1);

/** A page as texts cite it: `ld.so(8)`. */
export const citedPage = (page: string): string => `${titleOf(page)}(${pageSection(page)})`;

/**
 * The names of the manual pages in the virtual machine's image, such as `pivot_root.2`: pages of the kernel, of the C
 * library and of the guest's programs. Builds the image if it is not in the cache.
 */
export async function manualPages(progress: Progress): Promise<string[]> {
	if ((await cachedParts()).building) await ensureImage(progress);
	const { manual } = await imageBase();
	return v.parse(v.pipe(v.string(), v.parseJson(), v.array(v.string())), await readFile(manual, "utf8"));
}

/**
 * A manual page, formatted by mandoc(1) in a virtual machine and then kept in the cache. Bold and underlined letters
 * are overstruck, as on a typewriter: see grotty(1), "Legacy output format".
 * @param page one of {@link manualPages}
 * @param width in columns
 */
export async function formattedPage(page: string, width: number, progress: Progress): Promise<string> {
	const { key } = await imageBase();
	const dir = await cached("manual", hashOf("manual 1", key, page, width), async (staging) => {
		const machines = new MachinePool(progress);
		try {
			const { [page]: text = "" } = await formatPages([page], width, machines);
			await writeFile(join(staging, "page"), text);
		} finally {
			await machines.close();
		}
		await keepNewest("manual", 100);
	});
	return readFile(join(dir, "page"), "utf8");
}

/**
 * Manual pages as {@link formattedPage} returns them, all formatted in one virtual machine. Does not use the cache.
 * @throws {Failure} failed: a page could not be formatted
 */
export async function formatPages(
	pages: readonly string[],
	width: number,
	machines: MachinePool,
): Promise<Record<string, string>> {
	const { outcome } = await machines.play({
		...{
			prepare: [],
			code: "",
			calls: {},
			readings: {},
		},
		steps: pages.map((page) => ({ do: "run", argv: ["sh", "-c", formatting(page, width)], as: page, keepAll: true })),
	});
	if (outcome.kind === "lost")
		throw new Failure("failed", `no page could be formatted: ${outcome.how}\n${outcome.detail}`.trim());
	const { programs } = outcome.observation;
	return Object.fromEntries(
		pages.map((page) => {
			const { stdout = "", stderr = "it took too long" } = programs[page] ?? {};
			if (stdout === "") throw new Failure("failed", `${page} could not be formatted: ${stderr}`);
			return [page, stdout];
		}),
	);
}

// A page that only includes another page names it relative to /usr/share/man.
const formatting = (page: string, width: number) =>
	`cd /usr/share/man && mandoc -T utf8 -O width=${width} -- 'man${pageSection(page)[0]}/${page}.gz'`;

async function imageBase() {
	const { base } = await cachedParts();
	return baseIn(base, base.split("/").pop() ?? "");
}
