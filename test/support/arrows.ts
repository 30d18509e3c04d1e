import { posix } from "node:path";

/** Who may import whom. The first row whose `from` fits a file decides; `may` is what it can reach. */
export interface Arrow {
	from: RegExp;
	may: RegExp;
	/** Modules of this lesson and of lower-numbered ones in the same tree can be reached too. */
	earlier?: true;
}

/** An import: a file of the kit, and what it names, as a path in the kit, `node:NAME` or `npm:NAME`. */
export interface Import {
	from: string;
	to: string;
}

/** A lesson's check and demo, and what a long check has beside it: its scenario, its facts, and its explanations. */
const CHECKS =
	"lessons/[^/]+/(check|demo|scenario|facts|ledgers|told|readings|limits|remains|mounts|refusals|links|packets|leftovers|copies|elf|oci|programs|tools|[a-z]+-rules)\\.ts$";

export const ARROWS: readonly Arrow[] = [
	{ from: /^native\//, may: /^(node:|npm:ffi-rs$|native\/)/ },
	// What a check calls in the place of the engine, in the guest.
	{ from: /^lessons\/\d\d-[^/]+\/driver\.ts$/, may: /^(node:|native\/kernel\.ts$|solutions\/)/ },
	{ from: /^solutions\/given\//, may: /^(node:|solutions\/given\/)/ },
	{ from: /^solutions\/\d\d-/, may: /^(node:|native\/kernel\.ts$|solutions\/given\/)/, earlier: true },
	{ from: /^solutions\//, may: /^(node:|native\/kernel\.ts$|solutions\/)/ },
	// Only the harness's public surface.
	{ from: new RegExp(`^${CHECKS}`), may: new RegExp(`^(node:|npm:valibot$|harness/judge/index\\.ts$|${CHECKS})`) },
	{ from: /^lessons\//, may: /^(node:|native\/kernel\.ts$|solutions\/given\/)/, earlier: true },
	{ from: /^harness\/guest\//, may: /^(node:|native\/|harness\/(guest|readings)\/|harness\/protocol\/index\.ts$)/ },
	// How the guest reads; what of each reading both sides know lies beside that folder, and stands on nothing of the guest's.
	{ from: /^harness\/readings\/guest\//, may: /^(node:|native\/|harness\/readings\/|harness\/protocol\/index\.ts$)/ },
	{ from: /^harness\/readings\//, may: /^(npm:valibot$|harness\/readings\/(?!guest\/))/ },
	// Shared with the guest, so it stands on nothing of the host's.
	{ from: /^harness\/protocol\//, may: /^(node:|npm:valibot$|harness\/(protocol|readings(?!\/guest))\/)/ },
	// The page is a browser's: it stands on the terminal, on what is shown, and on what the two say to each other.
	{
		from: /^harness\/live\/page\//,
		may: /^(npm:@xterm\/|harness\/live\/(page\/|views\/|(events|words|bounded)\.ts$))/,
	},
	{ from: /^harness\/live\/views\//, may: /^harness\/(live\/(views\/|events\.ts$)|protocol\/index\.ts$)/ },
	// The host bundles native, lessons and solutions; it never runs them itself.
	{
		from: /^harness\//,
		may: /^(node:|npm:(?!ffi-rs$)|harness\/(?!guest\/|readings\/guest\/|protocol\/(?!index\.ts$)))/,
	},
];

/** Whether an import goes against the arrows. */
export function forbidden({ from, to }: Import): boolean {
	const arrow = ARROWS.find((row) => row.from.test(from));
	if (arrow === undefined) throw new Error(`no row of the table is about ${from}`);
	return !arrow.may.test(to) && !(arrow.earlier === true && isEarlier(from, to));
}

/** The imports in a file's text, type-only and dynamic ones too. */
export function importsOf(from: string, text: string): Import[] {
	const specifiers = [...text.matchAll(/^(?:import|export|\})[^"'`;]*?\bfrom\s+["']([^"']+)["']/gm)]
		.concat([...text.matchAll(/^import\s+["']([^"']+)["']/gm)])
		.concat([...text.matchAll(/\bimport\(\s*["']([^"']+)["']/g)]);
	return specifiers.map(([, specifier = ""]) => ({ from, to: resolve(from, specifier) }));
}

function resolve(from: string, specifier: string): string {
	if (specifier === "#kernel") return "native/kernel.ts";
	if (specifier.startsWith("#box/")) return `solutions/given/${specifier.slice(5)}.ts`;
	if (specifier.startsWith(".")) return posix.join(posix.dirname(from), specifier);
	return specifier.startsWith("node:") ? specifier : `npm:${specifier}`;
}

function isEarlier(from: string, to: string): boolean {
	const [tree, lesson = ""] = from.split("/");
	const [otherTree, other = ""] = to.split("/");
	return tree === otherTree && /^\d\d-/.test(other) && other.slice(0, 2) <= lesson.slice(0, 2);
}
