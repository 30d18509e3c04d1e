import { BOX, type Check, EXIT_CODE, type RandomInputs, type Scenario } from "../../harness/judge/index.ts";

/**
 * Two containers run on the same three layers at the same time. The neighbour starts first, and writes one file. The
 * container that the lesson is about changes, deletes and remakes files of the layers, and makes a new one. A third
 * container has a single layer. A fourth one must fail, because one of its layers does not exist.
 */

/** The directory of the layers. */
export const LAYERS = "/layers";
/** The directory in which the engine makes files for containers. */
export const CONTAINERS = "/run/box";
/** The second container on the three layers. */
export const NEIGHBOUR = "neighbour";
/** The container that has only the lowest layer. */
export const LONE = "lone";
/** The container with a missing layer. */
export const REFUSED = "refused";
/** The step that reads the kernel's log about overlays. */
export const LOG = "log";
/** Other directories in which an exercise could leave something behind. */
export const ELSEWHERE = ["/tmp", "/var/tmp", "/dev/shm", "/root", "/mnt", "/srv"];
/** The text that the command writes over one file, and appends to another. */
export const WRITTEN = "written in the container";

/** Files that no command changes: one in each layer alone, and one in each pair of neighbouring layers. */
export const UNTOUCHED = ["added", "between", "lowest", "replaced", "covered"];
/** Files, and one directory, that the command changes, deletes or makes. */
const TOUCHED = ["edited", "appended", "chmodded", "deleted", "remade", "created"];

/** Files that the check writes to while the containers run: one in each layer. */
export const CHANGED_BY_CHECK = { top: "latetop", middle: "latemiddle", base: "latebase" } as const;

/** Names in `drawn` of all files and directories that the layers have or the commands make. */
const ALL_NAMES = [...UNTOUCHED, ...TOUCHED, ...Object.values(CHANGED_BY_CHECK), "hidden", "neighbourFile"];

/** Draws names for everything that is in the layers, or is made above them. */
export function drawInputs(random: Parameters<Check["draw"]>[0]): RandomInputs {
	const [first = "", second = "", third = ""] = ["layer", "layer", "layer"].map((stem) => random.name(stem)).sort();
	return {
		id: random.name("").slice(1),
		neighbour: random.name("").slice(1),
		lone: random.name("").slice(1),
		refused: random.name("").slice(1),
		hostname: random.hostname(),
		// The names are in neither alphabetical nor chronological order: only the order that was asked for is right.
		top: `${LAYERS}/${second}`,
		middle: `${LAYERS}/${first}`,
		base: `${LAYERS}/${third}`,
		missing: `${LAYERS}/${random.name("missing")}`,
		newContent: random.name("content"),
		...Object.fromEntries(ALL_NAMES.map((name) => [name, random.name(name)])),
	};
}

/** The content of a file of a layer. It names the layer, and no other file has it. */
export const textIn = (layer: string, name: string): string => `${name} of ${layer}\n`;

/** Paths of the files that the check changes. */
export const filesChangedByCheck = (drawn: RandomInputs): string[] =>
	Object.entries(CHANGED_BY_CHECK).map(([layer, name]) => `${drawn[layer]}/${drawn[name]}`);

// The base layer contains busybox as its only program. A character device 0:0 is a whiteout: it hides a file of the
// layers below.
const PREPARE = `
fill() { for name in "$@"; do echo "$name of $PWD" >$name; done; }
busybox mkdir -p "$MIDDLE" && cd "$MIDDLE" && fill $BETWEEN $REPLACED $COVERED $LATEMIDDLE &&
busybox mkdir -p "$TOP" && cd "$TOP" && fill $APPENDED $REPLACED $ADDED $LATETOP && busybox mknod $HIDDEN c 0 0 &&
busybox mkdir -p "$BASE/bin" "$BASE/proc" "$BASE/$REMADE" && cd "$BASE" &&
busybox ln /lab/rootfs/bin/busybox bin && busybox ln -s busybox bin/sh &&
fill $EDITED $CHMODDED $DELETED $COVERED $LOWEST $HIDDEN $LATEBASE $REMADE/old`;

// In these scripts, `pause` waits for a line of the check, and `$line` holds it: see PlannedCall.script.
const UNTIL_EXIT_CODE_COMES = "pause\nexit $line";
const UNTIL_CHECK_ENDS_IT = "pause\nexit 0";

// Each line before the pause makes another kind of change.
const SCRIPT = `
echo "${WRITTEN}" >/$EDITED
echo "${WRITTEN}" >>/$APPENDED
busybox chmod 600 /$CHMODDED
busybox rm /$DELETED
busybox rm -r /$REMADE && busybox mkdir /$REMADE
echo "${WRITTEN}" >/$CREATED
${UNTIL_EXIT_CODE_COMES}`;

export function scenarioOf(drawn: RandomInputs): Scenario {
	const { id = "", neighbour = "", lone = "", refused = "", hostname = "", missing = "", newContent = "" } = drawn;
	const { top = "", middle = "", base = "" } = drawn;
	// The command learns the exit code only at its end. Nobody learns the new content before the agent writes it.
	const inputs = Object.entries(drawn).filter(([name]) => name !== EXIT_CODE && name !== "newContent");
	const variables = inputs.map(([name, value]) => `${name.toUpperCase()}=${value}`);
	const withVariables = (script: string) => `${variables.join(" ")}\n${script}`;
	const options = { hostname, init: true, layers: [top, middle, base] };
	return {
		does: `ran sh on the layers ${top}, ${middle} and ${base}, beside a second container on the same layers and one on the lowest layer alone; and tried a container with a missing layer`,
		prepare: [{ do: "run", argv: ["busybox", "sh", "-c", withVariables(PREPARE)] }],
		calls: {
			[BOX]: { options: { ...options, id }, script: withVariables(SCRIPT) },
			[NEIGHBOUR]: {
				about: "a second container on the same three layers",
				options: { ...options, id: neighbour },
				script: withVariables(`echo written >/$NEIGHBOURFILE\n${UNTIL_CHECK_ENDS_IT}`),
			},
			[LONE]: {
				about: "a container with the lowest layer only",
				options: { ...options, id: lone, layers: [base] },
				script: UNTIL_CHECK_ENDS_IT,
			},
			[REFUSED]: {
				about: "a container with a missing layer",
				options: { ...options, id: refused, layers: [top, missing, base] },
				fails: true,
			},
		},
		steps: [
			{ do: "call", call: NEIGHBOUR },
			{ do: "call", call: LONE },
			{ do: "call", call: BOX },
			{
				do: "look",
				as: "during",
				writes: Object.fromEntries(filesChangedByCheck(drawn).map((path) => [path, newContent])),
			},
			{ do: "run", argv: ["busybox", "sh", "-c", "busybox dmesg | busybox grep overlay"], as: LOG },
			// This comes after the log was read: the log is about the other containers.
			{ do: "call", call: REFUSED },
			{ do: "feed", call: NEIGHBOUR, last: true },
			{ do: "feed", call: LONE, last: true },
			{ do: "feed", call: BOX, last: true },
		],
		readings: {
			files: {
				watch: [LAYERS, CONTAINERS, ...ELSEWHERE],
				inRoot: [...ALL_NAMES.map((name) => drawn[name] ?? ""), `${drawn["remade"]}/old`],
			},
		},
	};
}
