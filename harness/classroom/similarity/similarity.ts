import { compareNames } from "../results/harmless.ts";
import { SIMILAR_MAX, type Similarity, type Sketch } from "../results/result.ts";
import { type Fingerprint, unpacked } from "./fingerprints.ts";

/**
 * Finds modules of one lesson that are alike. That is a hint for a person: short right answers resemble each other. So
 * fingerprints that are also in the skeleton, in the reference or in much of the class are not compared.
 */

/** Modules are compared only if this many fingerprints remain. */
const FINGERPRINTS_MIN = 8;
/** Modules with at least this part in common are reported. */
const PERCENT_MIN = 60;
/**
 * A fingerprint is common in the class, and not compared, if more than this share of the modules and more than
 * `COMMON_MIN` modules have it.
 */
const COMMON_SHARE = 0.2;
const COMMON_MIN = 3;
/** Maximum number of places to report for a pair of modules. */
const PLACES_MAX = 8;

interface Module {
	/** The first submission with this module, by name. */
	name: string;
	prints: Map<number, Fingerprint>;
}

/** The modules of one lesson. */
export class LessonModules {
	/** By digest. */
	readonly #modules = new Map<string, Module>();
	/** By the submission's name. */
	readonly #digestOf = new Map<string, string>();

	/** Adds the module of a submission. */
	add(name: string, { digest, prints }: Sketch): void {
		this.#digestOf.set(name, digest);
		const known = this.#modules.get(digest);
		if (known === undefined)
			this.#modules.set(digest, { name, prints: new Map(unpacked(prints).map((print) => [print.hash, print])) });
		else if (compareNames(name, known.name) < 0) known.name = name;
	}

	/** The first submission, by name, with exactly this submission's module; null if that is this submission itself. */
	sameAs(name: string): string | null {
		const first = this.#modules.get(this.#digestOf.get(name) ?? "")?.name;
		return first === undefined || first === name ? null : first;
	}

	/** Pairs of modules that are alike and not the same, the most similar first. */
	pairs(lesson: string): Similarity[] {
		const modules = [...this.#modules.values()].sort((one, other) => compareNames(one.name, other.name));
		const holders = new Map<number, Module[]>();
		for (const module of modules)
			for (const hash of module.prints.keys()) {
				const all = holders.get(hash);
				if (all === undefined) holders.set(hash, [module]);
				else all.push(module);
			}
		const commonFrom = Math.max(COMMON_MIN, modules.length * COMMON_SHARE);
		const rare = (hash: number) => (holders.get(hash)?.length ?? 0) <= commonFrom;
		const rareHashes = new Map(modules.map((module) => [module, [...module.prints.keys()].filter(rare)]));
		const pairs = modules.flatMap((one) => {
			const shared = new Map<Module, number[]>();
			for (const hash of rareHashes.get(one) ?? [])
				for (const other of after(one, holders.get(hash) ?? []))
					shared.set(other, [...(shared.get(other) ?? []), hash]);
			return [...shared].flatMap(([other, hashes]) => {
				const fewest = Math.min(rareHashes.get(one)?.length ?? 0, rareHashes.get(other)?.length ?? 0);
				const percent = Math.round((100 * hashes.length) / fewest);
				if (fewest < FINGERPRINTS_MIN || percent < PERCENT_MIN) return [];
				return [{ lesson, one: one.name, other: other.name, percent, places: placesOf(one, other, hashes) }];
			});
		});
		return mostSimilar(pairs);
	}
}

/** The most similar pairs, in order, but no more than a report may have. */
export const mostSimilar = (pairs: readonly Similarity[]): Similarity[] =>
	pairs.toSorted((one, other) => other.percent - one.percent).slice(0, SIMILAR_MAX);

const after = (one: Module, all: readonly Module[]) => all.slice(all.indexOf(one) + 1);

// The lines that two modules share. Runs of lines that overlap, or follow each other, in both modules are one place.
function placesOf(one: Module, other: Module, hashes: readonly number[]): Similarity["places"] {
	const spans = hashes
		.flatMap((hash) => {
			const [a, b] = [one.prints.get(hash), other.prints.get(hash)];
			return a === undefined || b === undefined ? [] : [{ one: linesOf(a), other: linesOf(b) }];
		})
		.sort((a, b) => a.one[0] - b.one[0]);
	const places: Similarity["places"] = [];
	for (const span of spans) {
		const last = places.at(-1);
		const continues = last !== undefined && touches(last.one, span.one) && touches(last.other, span.other);
		if (!continues) places.push(span);
		else {
			last.one = union(last.one, span.one);
			last.other = union(last.other, span.other);
		}
	}
	return places.slice(0, PLACES_MAX);
}

type Lines = [number, number];
const linesOf = ({ firstLine, lastLine }: Fingerprint): Lines => [firstLine, lastLine];
const touches = (one: Lines, other: Lines) => other[0] <= one[1] + 1 && other[1] >= one[0] - 1;
const union = (one: Lines, other: Lines): Lines => [Math.min(one[0], other[0]), Math.max(one[1], other[1])];
