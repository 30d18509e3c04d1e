import {
	BOX,
	type Check,
	DURING,
	EXIT_CODE,
	type Preparation,
	type RandomInputs,
	type Scenario,
} from "../../harness/judge/index.ts";

/**
 * A container with every kind of volume. In its image, three targets are links, or lead through one. On the host, these
 * links lead to files and directories of the host. A second container uses one of the named volumes as well, and one
 * that the first does not use. The check calls removeVolume for the shared volume twice: while both containers run, and
 * after they have ended. In between, when only the first container runs, it calls removeVolume for the volume that only
 * the second has used.
 */

/** The second container. */
export const NEIGHBOUR = "neighbour";
/** The call that removes the shared volume while both containers use it. */
export const REMOVE_IN_USE = "remove";
/** The call that removes the second container's own volume after that container has ended. */
export const REMOVE_UNUSED = "removeUnused";
/** The call that removes the shared volume after both containers have ended. */
export const REMOVE = "removeLater";
/** The look after both containers have ended. */
export const ENDED = "ended";
/** Where the engine has the named volumes. */
export const VOLUMES = "/var/lib/box/volumes";
const IMAGES = "/images";
/** What a file says: one that a command has written, one of an image, one of the host. */
export const WRITTEN = "written in the container";
export const OF_IMAGE = "of the image";
export const OF_HOST = "of the host";

const NAMES = [
	// Of the host: directories, and files in them. The directories `sub` and `inner` are in the directory `source`.
	...["source", "sub", "inner", "file", "deep", "late", "library", "outside", "notes", "hoard", "treasure"],
	// Of the image, and in the container.
	...[
		"writable",
		"readonly",
		"libraries",
		"linked",
		"linkedFile",
		"linkedHoard",
		"scratch",
		"filled",
		"other",
		"empty",
		"sealed",
		"extra",
	],
	// What the commands write, and named volumes.
	...["byBox", "byNeighbour", "tried", "reached", "shared", "leaking", "spare"],
];

export function drawInputs(random: Parameters<Check["draw"]>[0]): RandomInputs {
	return {
		id: random.name("").slice(1),
		neighbour: random.name("").slice(1),
		hostname: random.hostname(),
		newContent: random.name("content"),
		...Object.fromEntries(NAMES.map((name) => [name, random.name(name.toLowerCase())])),
	};
}

/** Paths by their use. A path of the host begins with a slash; a path in the container is without its first slash. */
export function pathsOf(drawn: RandomInputs) {
	const at = (name: string) => drawn[name] ?? "";
	return {
		source: `/${at("source")}`,
		sub: `/${at("source")}/${at("sub")}`,
		libraries: `/${at("library")}`,
		library: `/${at("library")}/lib.so`,
		outside: `/${at("outside")}`,
		hoard: `/${at("hoard")}`,
		image: `${IMAGES}/${at("id")}`,
		neighbourImage: `${IMAGES}/${at("neighbour")}`,
		shared: `${VOLUMES}/${at("shared")}`,
		leaking: `${VOLUMES}/${at("leaking")}`,
		spare: `${VOLUMES}/${at("spare")}`,
		// Neither the directory nor the one above it is in the image.
		writable: `${at("writable")}/deep`,
		readOnly: at("readonly"),
		libraryInside: `${at("libraries")}/lib.so`,
		/** Where the links of the image lead, for a process in the container. */
		linkedInside: `${at("outside")}/new`,
		fileInside: `${at("outside")}/${at("notes")}`,
		scratch: at("scratch"),
		nested: `${at("scratch")}/lib.so`,
		filled: at("filled"),
	};
}

// From every directory of this scenario, this path leads to a root: the host's, or the container's.
const TO_THE_TOP = "../../../../../../../..";

// The directory of the host gets a file system of its own, and another one below it. The image gets its links, and owners
// and modes for the files that will be copied into a volume.
const PREPARE = `
busybox mount -t tmpfs source /$SOURCE && busybox mkdir /$SOURCE/$SUB /$SOURCE/$INNER &&
busybox mount -t tmpfs sub /$SOURCE/$SUB && cd ${IMAGES}/$ID &&
busybox ln -s /$OUTSIDE $LINKED && busybox ln -s ${TO_THE_TOP}/$OUTSIDE/$NOTES $LINKEDFILE && busybox ln -s /$HOARD $LINKEDHOARD &&
cd $FILLED && busybox ln -s nested/page link && busybox chown 1234:4321 nested index && busybox chown 33:44 . &&
busybox chmod 750 nested && busybox chmod 2770 .`;

function preparations(drawn: RandomInputs, script: string): Preparation[] {
	const { source, sub, library, outside, hoard, image, neighbourImage, filled } = pathsOf(drawn);
	const write = (path: string, text: string, mode = 0o644) => ({ do: "write", path, text: `${text}\n`, mode }) as const;
	const name = (of: string) => drawn[of] ?? "";
	return [
		{ do: "directory", path: source },
		write(library, OF_HOST),
		write(`${outside}/${name("notes")}`, OF_HOST),
		write(`${hoard}/${name("treasure")}`, OF_HOST),
		// The image has its own directories with the names of the host's.
		write(`${image}${outside}/${name("notes")}`, OF_IMAGE),
		write(`${image}${hoard}/${name("extra")}`, OF_IMAGE),
		write(`${image}/${filled}/index`, OF_IMAGE, 0o640),
		write(`${image}/${filled}/nested/page`, OF_IMAGE),
		write(`${image}/${filled}/.hidden`, OF_IMAGE),
		write(`${neighbourImage}/${name("other")}/${name("extra")}`, OF_IMAGE),
		{ do: "run", argv: ["busybox", "sh", "-c", script] },
		write(`${source}/${name("file")}`, OF_HOST),
		write(`${source}/${name("late")}`, OF_HOST),
		write(`${sub}/${name("deep")}`, OF_HOST),
	];
}

const SCRIPT = `
echo "${WRITTEN}" >/$WRITABLE/deep/$BYBOX
echo "${WRITTEN}" >/$FILLED/$BYBOX
for place in /$READONLY /$READONLY/$SUB; do { echo "${WRITTEN}" >$place/$TRIED; } 2>&-; done
busybox mount -t tmpfs inner /$WRITABLE/deep/$INNER 2>&-
for open in /proc/1/fd/*; do [ -e $open/${TO_THE_TOP}/$HOARD/$TREASURE ] && echo "${WRITTEN}" >/$FILLED/$REACHED; done
pause
exit $line`;

export function scenarioOf(drawn: RandomInputs): Scenario {
	const { id = "", neighbour = "", hostname = "", newContent = "" } = drawn;
	const paths = pathsOf(drawn);
	// The command learns the exit code only at its end. Nobody learns the new content before the agent writes it.
	const inputs = Object.entries(drawn).filter(([name]) => name !== EXIT_CODE && name !== "newContent");
	const variables = inputs.map(([name, value]) => `${name.toUpperCase()}=${value}`);
	const withVariables = (script: string) => `${variables.join(" ")}\n${script}`;
	const options = { hostname, init: true };
	const volume = (from: object, target: string | undefined, readOnly = false) => ({
		...from,
		target: `/${target}`,
		readOnly,
	});
	return {
		does: `ran sh with the directory ${paths.source}, the file ${paths.library} and two named volumes, beside a second container with one of the volumes`,
		prepare: preparations(drawn, withVariables(PREPARE)),
		calls: {
			[BOX]: {
				options: {
					...{ ...options, id, layers: [paths.image, "/lab/rootfs"] },
					volumes: [
						volume({ source: paths.source }, paths.writable),
						volume({ source: paths.source }, paths.readOnly, true),
						volume({ source: paths.library }, paths.libraryInside),
						volume({ source: null }, paths.scratch),
						volume({ source: paths.library }, paths.nested),
						volume({ source: paths.source }, `${drawn["linked"]}/new`),
						volume({ source: paths.library }, drawn["linkedFile"]),
						volume({ name: drawn["shared"] }, paths.filled),
						volume({ name: drawn["leaking"] }, drawn["linkedHoard"]),
					],
				},
				script: withVariables(SCRIPT),
			},
			[NEIGHBOUR]: {
				about: "a second container, with the same named volume in another place, and one that is new",
				options: {
					...{ ...options, id: neighbour, layers: [paths.neighbourImage, "/lab/rootfs"] },
					// Nothing is at the second target in the image.
					volumes: [
						volume({ name: drawn["shared"] }, drawn["other"]),
						volume({ name: drawn["spare"] }, drawn["empty"]),
						volume({ source: paths.library }, drawn["sealed"], true),
					],
				},
				script: withVariables(`echo "${WRITTEN}" >/$OTHER/$BYNEIGHBOUR\npause\nexit 0`),
			},
			[REMOVE_IN_USE]: {
				about: "removeVolume, for a volume that two containers use",
				...{ export: "remove", command: "none", until: "returns", fails: true },
				options: { path: paths.shared },
			},
			[REMOVE_UNUSED]: {
				about: "removeVolume, for a volume whose only container has ended, while another container runs",
				...{ export: "remove", command: "none", until: "returns" },
				options: { path: paths.spare },
			},
			[REMOVE]: {
				about: "removeVolume, for the same volume after both containers have ended",
				...{ export: "remove", command: "none", until: "returns" },
				options: { path: paths.shared },
			},
		},
		steps: [
			{ do: "call", call: BOX },
			{ do: "call", call: NEIGHBOUR },
			{ do: "look", as: DURING, writes: { [`${paths.source}/${drawn["late"]}`]: newContent } },
			{ do: "call", call: REMOVE_IN_USE },
			{ do: "feed", call: NEIGHBOUR, last: true },
			{ do: "call", call: REMOVE_UNUSED },
			{ do: "feed", call: BOX, last: true },
			{ do: "look", as: ENDED },
			{ do: "call", call: REMOVE },
		],
		readings: {
			files: {
				watch: [paths.source, paths.libraries, paths.outside, paths.hoard, VOLUMES],
				inRoot: [paths.libraryInside, paths.fileInside, paths.nested],
				treesInRoot: [paths.writable, paths.readOnly, paths.linkedInside, paths.filled],
			},
		},
	};
}
