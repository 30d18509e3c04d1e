import {
	type Context,
	commandAt,
	DURING,
	type Entry,
	type FactValue,
	type HostState,
	type Mount,
	type Observation,
	type ProcessState,
	type RandomInputs,
} from "../../harness/judge/index.ts";
import { ENDED, NEIGHBOUR, OF_HOST, pathsOf, REMOVE_IN_USE, VOLUMES, WRITTEN } from "./scenario.ts";

type Tree = readonly Entry[] | null | undefined;

/** The values of a fact. Each placeholder, such as ‹late›, is replaced by the name that was drawn for this run. */
export const valuesOf = ({ facts, drawn }: Pick<Context, "facts" | "drawn">, fact: string): string[] =>
	[facts[fact] ?? []].flat().map((value) => String(value).replace(/‹(\w+)›/g, (whole, name) => drawn[name] ?? whole));

/** In volume.shared: what outlived the containers. */
export const KEPT = "both files, afterwards";

export const NOT_RUN = "the second container's command did not run";

/** The facts of this lesson. */
export function deriveVolumes(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const { before, after, moments } = observation;
	const during = moments[DURING]?.host ?? after;
	const box = commandAt(observation, DURING);
	const always = {
		"links.host": [...hostChanges(before, during, drawn), ...hostChanges(during, after, drawn)],
		"host.volumes": [...new Set([...newVolumes(before, during, drawn), ...newVolumes(before, after, drawn)])],
		"host.read-only": newlyReadOnly(before, during),
		"volume.removed": hasVolume(after, drawn["shared"]) ? "still there" : "gone",
	};
	if (box === null) return always;
	const ended = moments[ENDED]?.host ?? after;
	return {
		...always,
		"bind.directory": directory(box, during, drawn),
		"bind.sub": subMount(box, during, drawn),
		"bind.file": sameAs(at(during.trees[pathsOf(drawn).libraries], "lib.so"), box.files[pathsOf(drawn).libraryInside]),
		"bind.writes": writesSeen(box, during, drawn),
		"read-only.writable": writable(box, during, drawn),
		"read-only.file": fileFlag(commandAt(observation, DURING, NEIGHBOUR), drawn),
		tmpfs: tmpfsFlaws(box, before, drawn),
		"bind.nested": sameAs(at(during.trees[pathsOf(drawn).libraries], "lib.so"), box.files[pathsOf(drawn).nested]),
		"links.places": linkedPlaces(box, during, drawn),
		"links.volume": leaked(during, drawn),
		"volume.content": content(during, drawn),
		"volume.owners": owners(during, drawn),
		"volume.shared": [
			...shared(box, commandAt(observation, DURING, NEIGHBOUR), during, drawn),
			...keptFiles(observation, ended, drawn),
		],
		"volume.refilled": at(volume(during, drawn), drawn["extra"]) ? "filled again" : "filled once",
		"volume.in-use": removedInUse(observation, ended, drawn),
		"volume.unused": !hasVolume(during, drawn["spare"])
			? "never made"
			: hasVolume(ended, drawn["spare"])
				? "kept"
				: "removed",
		"host.reached": at(box.rootTrees[pathsOf(drawn).filled], drawn["reached"]) ? "the host's root" : "nothing",
	};
}

const at = (tree: Tree, path: string | undefined) => tree?.find((entry) => entry.path === path);

/** The entries of a named volume, by paths relative to the volume; null if there is no such volume. */
function volume({ trees }: HostState, drawn: RandomInputs, name = "shared"): Entry[] | null {
	const top = drawn[name] ?? "";
	const found = (trees[VOLUMES] ?? []).filter(({ path }) => path === top || path.startsWith(`${top}/`));
	return found.length === 0
		? null
		: found.map((entry) => ({ ...entry, path: entry.path.slice(top.length + 1) || "." }));
}

const hasVolume = ({ trees }: HostState, name = "") => at(trees[VOLUMES], name) !== undefined;

/** What a path in the container shows, compared with the file of the host that should be there. */
function sameAs(wanted: Entry | undefined, got: Entry | null | undefined): string {
	if (got === null || got === undefined) return "nothing";
	if (got.inode === wanted?.inode) return "the host's";
	return got.text.startsWith(OF_HOST) ? "a copy" : "another";
}

function directory(box: ProcessState, during: HostState, drawn: RandomInputs): string {
	const { writable, source } = pathsOf(drawn);
	return sameAs(at(during.trees[source], drawn["file"]), at(box.rootTrees[writable], drawn["file"]));
}

function subMount(box: ProcessState, during: HostState, drawn: RandomInputs): string {
	const { writable, source } = pathsOf(drawn);
	const file = `${drawn["sub"]}/${drawn["deep"]}`;
	return sameAs(at(during.trees[source], file), at(box.rootTrees[writable], file)) === "the host's"
		? "seen"
		: "not seen";
}

function writesSeen(box: ProcessState, during: HostState, drawn: RandomInputs): string[] {
	const { writable, source } = pathsOf(drawn);
	const inside = at(box.rootTrees[writable], drawn["late"])?.text === drawn["newContent"];
	const outside = at(during.trees[source], drawn["byBox"])?.text === `${WRITTEN}\n`;
	return [...(outside ? ["the container's, on the host"] : []), ...(inside ? ["the host's, in the container"] : [])];
}

const flagsOf = (mount: Mount | undefined) => (mount?.flags ?? "").split(",");

/** The topmost mount on exactly this mount point. */
const mountOn = (mounts: readonly Mount[], path: string) => mounts.findLast(({ mountPoint }) => mountPoint === path);

/** The places of the read-only volume that can be written to, or that are not there. */
function writable(box: ProcessState, during: HostState, drawn: RandomInputs): string[] {
	const { readOnly, source } = pathsOf(drawn);
	const places = [`/${readOnly}`, `/${readOnly}/${drawn["sub"]}`];
	return places.filter((place) => {
		const mount = mountOn(box.mounts, place);
		const path = place.slice(readOnly.length + 2);
		const written = at(during.trees[source], path === "" ? drawn["tried"] : `${path}/${drawn["tried"]}`);
		return mount === undefined || !flagsOf(mount).includes("ro") || written !== undefined;
	});
}

function fileFlag(neighbour: ProcessState | null, drawn: RandomInputs): string {
	if (neighbour === null) return NOT_RUN;
	return flagsOf(mountOn(neighbour.mounts, `/${drawn["sealed"]}`)).includes("ro") ? "read-only" : "writable";
}

// Mount points of the host that were not there before, and that belong to a volume, or to the mount that the command
// makes in one volume. They are known by their names: what lesson 07 mounts on the host has other names.
function newVolumes(before: HostState, now: HostState, drawn: RandomInputs): string[] {
	const { writable, readOnly, libraryInside, linkedInside, fileInside, scratch, nested, filled, hoard } =
		pathsOf(drawn);
	const targets = [
		writable,
		readOnly,
		libraryInside,
		linkedInside,
		fileInside,
		scratch,
		nested,
		filled,
		hoard.slice(1),
	];
	const ends = [...targets, drawn["other"], drawn["empty"], drawn["sealed"], drawn["sub"], drawn["inner"]].map(
		(end) => `/${end}`,
	);
	const points = now.mounts.filter(({ id }) => !before.mounts.some((mount) => mount.id === id));
	return points.map(({ mountPoint }) => mountPoint).filter((point) => ends.some((end) => point.endsWith(end)));
}

/** Mounts of the host that are read-only now, and were not before. */
function newlyReadOnly(before: HostState, during: HostState): string[] {
	const isReadOnly = (mount: Mount) => flagsOf(mount).includes("ro") || mount.options.split(",").includes("ro");
	const known = new Map(before.mounts.map((mount) => [mount.id, isReadOnly(mount)]));
	return during.mounts
		.filter((mount) => known.get(mount.id) === false && isReadOnly(mount))
		.map(({ mountPoint }) => mountPoint);
}

function tmpfsFlaws(box: ProcessState, before: HostState, drawn: RandomInputs): string[] {
	const mount = mountOn(box.mounts, `/${pathsOf(drawn).scratch}`);
	if (mount?.fstype !== "tmpfs") return ["not mounted"];
	if (before.mounts.some(({ device }) => device === mount.device)) return ["the host's"];
	return ["nosuid", "nodev"].filter((flag) => !flagsOf(mount).includes(flag)).map((flag) => `without ${flag}`);
}

/** What has changed in the host's directories that the image's links name. */
function hostChanges(before: HostState, now: HostState, drawn: RandomInputs): string[] {
	const { outside, hoard } = pathsOf(drawn);
	return [outside, hoard].flatMap((top) => {
		const [old, present] = [before.trees[top] ?? [], now.trees[top] ?? []];
		const shown = (path: string) => (path === "." ? top : `${top}/${path}`);
		const isSame = (one: Entry, other: Entry | undefined) =>
			one.sha256 === other?.sha256 && one.mode === other.mode && one.uid === other.uid && one.gid === other.gid;
		const added = present.filter(({ path }) => !at(old, path)).map(({ path }) => `${shown(path)} is new`);
		const changed = old.filter((entry) => !isSame(entry, at(present, entry.path)));
		return [...added, ...changed.map(({ path }) => `${shown(path)} was changed`)];
	});
}

/**
 * Two of the volumes without a name have a target that is a link of the image, or leads through one. Returns those of
 * the two that the command finds where the link leads.
 */
function linkedPlaces(box: ProcessState, during: HostState, drawn: RandomInputs): string[] {
	const { linkedInside, fileInside, source, libraries } = pathsOf(drawn);
	const directory = sameAs(at(during.trees[source], drawn["file"]), at(box.rootTrees[linkedInside], drawn["file"]));
	const file = sameAs(at(during.trees[libraries], "lib.so"), box.files[fileInside]);
	return [...(directory === "the host's" ? ["the directory"] : []), ...(file === "the host's" ? ["the file"] : [])];
}

/** What the named volume whose target is a link was filled with. */
function leaked(during: HostState, drawn: RandomInputs): string {
	const entries = volume(during, drawn, "leaking");
	if (at(entries, drawn["treasure"])) return "the host's directory";
	return at(entries, drawn["extra"]) ? "the image's directory" : "nothing";
}

/** What the image has at the volume's target: kind and text of each path. */
export const FILLED: Readonly<Record<string, string>> = {
	index: "file of the image\n",
	link: "symlink nested/page",
	nested: "directory ",
	"nested/page": "file of the image\n",
	".hidden": "file of the image\n",
};

/** Paths of {@link FILLED} that are missing in the volume, or are something else there. */
function content(during: HostState, drawn: RandomInputs): string[] {
	const entries = volume(during, drawn);
	return Object.keys(FILLED).filter((path) => {
		const entry = at(entries, path);
		return `${entry?.kind} ${entry?.kind === "directory" ? "" : entry?.text}` !== FILLED[path];
	});
}

/** Owner, group and mode in the image, by path. */
const OWNERS: Readonly<Record<string, string>> = {
	".": "33:44 2770",
	index: "1234:4321 640",
	nested: "1234:4321 750",
	"nested/page": "0:0 644",
};

function owners(during: HostState, drawn: RandomInputs): string[] {
	const entries = volume(during, drawn);
	return Object.entries(OWNERS).flatMap(([path, wanted]) => {
		const entry = at(entries, path);
		const got = entry && `${entry.uid}:${entry.gid} ${entry.mode.toString(8)}`;
		return got === undefined || got === wanted ? [] : [`${path}: ${got} instead of ${wanted}`];
	});
}

function shared(box: ProcessState, neighbour: ProcessState | null, during: HostState, drawn: RandomInputs): string[] {
	const seen = at(box.rootTrees[pathsOf(drawn).filled], drawn["byNeighbour"]);
	const onHost = (name: string) => at(volume(during, drawn), drawn[name]) !== undefined;
	const found: [boolean, string][] = [
		[onHost("byBox"), "the first container's file on the host"],
		[onHost("byNeighbour"), "the second container's file on the host"],
		[neighbour !== null && seen !== undefined, "the second container's file in the first container"],
	];
	return found.filter(([isSeen]) => isSeen).map(([, what]) => what);
}

function keptFiles(observation: Observation, ended: HostState, drawn: RandomInputs): string[] {
	const isKept = ["byBox", "byNeighbour"].every((name) => at(volume(ended, drawn), drawn[name]));
	// Another fact is about a volume that was removed too early.
	return isKept || removedInUse(observation, ended, drawn) === "removed" ? [KEPT] : [];
}

// `ended` was read only after both containers had ended. So if the call was refused and the volume is gone, it is not
// known what has removed it: the call, or something later. The fact volume.shared reports this.
function removedInUse({ calls }: Observation, ended: HostState, drawn: RandomInputs): string {
	if (calls[REMOVE_IN_USE]?.ending.how === "threw") return "refused";
	return hasVolume(ended, drawn["shared"]) ? "neither refused nor removed" : "removed";
}
