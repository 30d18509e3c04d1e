import { expect, test } from "vitest";
import type { Entry } from "../../../harness/protocol/index.ts";
import { deriveOverlay, onlyPutBack } from "../../../lessons/07-overlay/facts.ts";
import { drawInputs, textIn, UNTOUCHED } from "../../../lessons/07-overlay/scenario.ts";
import { hostState, mount, observation, processState } from "../../support/observation.ts";

let drawnNames = 0;
const RANDOM = { hostname: () => "tug", name: (stem: string) => `${stem}-${(0xabc000 + ++drawnNames).toString(16)}` };
const DRAWN = drawInputs(RANDOM);
const named = (name: string) => DRAWN[name] ?? "";

const entry = (path: string, text = "", more: Partial<Entry> = {}): Entry => ({
	...{ path, kind: "file", inode: 7, changedMs: 1, mode: 0o644, uid: 0, gid: 0, size: text.length },
	...{ device: "", sha256: text, text, opaque: false },
	...more,
});

/**
 * Files as the command sees them.
 * @param replaced the layer whose `replaced` the command sees
 * @param covered the same for `covered`
 */
const seen = (replaced: string, covered: string, others = ["added", "between", "lowest"]) => ({
	...Object.fromEntries(others.map((name) => [named(name), entry(named(name))])),
	[named("replaced")]: entry(named("replaced"), textIn(named(replaced), named("replaced"))),
	[named("covered")]: entry(named("covered"), textIn(named(covered), named("covered"))),
	[named("hidden")]: null,
});

const layersSeen = (files: Record<string, Entry | null>) =>
	deriveOverlay(observation({ during: { host: hostState(), process: processState({ files }) } }), DRAWN)["layers.seen"];

test("the layers' names are in no order of the alphabet", () => {
	const order = ["top", "middle", "base"].map(named);
	expect(order).not.toEqual(order.toSorted());
	expect(order).not.toEqual(order.toSorted().reverse());
});

test("every wrong order of the layers is recognized", () => {
	expect(layersSeen(seen("top", "middle"))).toBe("all layers, with the first one on top");
	expect(layersSeen(seen("middle", "base"))).toBe("all layers, with the last one on top");
	expect(layersSeen(seen("top", "base"))).toBe("all layers, in another order");
	expect(layersSeen(seen("middle", "middle"))).toBe("all layers, in another order");
	expect(layersSeen(seen("top", "middle", ["added", "lowest"]))).toBe("nothing of the second layer");
});

test("a layer's file is a copy, unless it is seen through a mount of the layer or of an overlay", () => {
	const tree = UNTOUCHED.map((name) => entry(`web/${name}`, textIn(named("base"), named(name))));
	const copies = (mounts = hostState().mounts) => {
		const host = hostState({ trees: { "/run/box": tree }, mounts });
		return deriveOverlay(observation({ during: { host, process: processState() } }), DRAWN)["layers.copies"];
	};
	expect(copies()).toHaveLength(UNTOUCHED.length);
	expect(copies([mount("/run/box/web", { fstype: "overlay" })])).toEqual([]);
	expect(copies([mount("/run/box/web", { root: named("base") })])).toEqual([]);
	expect(copies([mount("/run/box/we", { fstype: "overlay" })])).toHaveLength(UNTOUCHED.length);
});

test("a file that was put back is recognized by its inode or by its time of change", () => {
	const layers = (more: Partial<Entry>) => hostState({ trees: { "/layers": [entry("layer/file", "x", more)] } });
	const changes = (more: Partial<Entry>) => {
		const now = layers(more);
		const facts = deriveOverlay(
			observation({ before: layers({}), during: { host: now, process: processState() }, after: now }),
			DRAWN,
		);
		return { changedPaths: facts["layers.after"], putBack: onlyPutBack({ facts }) };
	};
	expect(changes({}).changedPaths).toEqual([]);
	expect(changes({ inode: 8 })).toEqual({ changedPaths: ["/layers/layer/file: changed and put back"], putBack: true });
	expect(changes({ changedMs: 2 }).putBack).toBe(true);
	expect(changes({ text: "y" })).toEqual({ changedPaths: ["/layers/layer/file"], putBack: false });
});
