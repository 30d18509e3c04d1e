import { BOX, type Check, type Drawn, EXIT_CODE, type Scenario } from "../../harness/judge/index.ts";

/**
 * Two containers on the same three layers, at the same time. The first one to start, the neighbour, writes one file; the
 * other one, which the lesson is about, does to the layers' files all that can be done to a file. A third one has one
 * layer alone. A fourth one cannot come to be: one of its layers is not there.
 */

/** Where the layers lie. */
export const LAYERS = "/layers";
/** Where the engine puts what it makes for containers. */
export const CONTAINERS = "/run/box";
export const NEIGHBOUR = "neighbour";
/** On the lowest layer alone. */
export const LONE = "lone";
export const REFUSED = "refused";
/** The step that reads what the kernel has logged of overlays. */
export const LOG = "log";
/** Where else something could be left. */
export const ELSEWHERE = ["/tmp", "/var/tmp", "/dev/shm", "/root", "/mnt", "/srv"];
/** What the box writes over a file, and behind another one. */
export const WRITTEN = "written in the container";

/** Files that nobody writes to: each layer has one of its own, and there is one in every two that lie on each other. */
export const UNTOUCHED = ["added", "between", "lowest", "replaced", "covered"];
/** Files that the box does something to. */
const TOUCHED = ["edited", "appended", "chmodded", "deleted", "remade", "created"];

/** Files that the check writes to while the containers run: one in each layer. */
export const LATE = { top: "late", middle: "later", base: "latest" } as const;

/** The names of everything that is in the layers, or comes into being above them. */
export function drawInputs(random: Parameters<Check["draw"]>[0]): Drawn {
	const [first = "", second = "", third = ""] = ["layer", "layer", "layer"].map((stem) => random.name(stem)).sort();
	const names = [...UNTOUCHED, ...TOUCHED, ...Object.values(LATE), "hidden", "mine"];
	return {
		id: random.name("").slice(1),
		neighbour: random.name("").slice(1),
		lone: random.name("").slice(1),
		refused: random.name("").slice(1),
		hostname: random.hostname(),
		// In no order of the alphabet, and made in no order of time: there is none but the one that was asked for.
		top: `${LAYERS}/${second}`,
		middle: `${LAYERS}/${first}`,
		base: `${LAYERS}/${third}`,
		missing: `${LAYERS}/${random.name("missing")}`,
		news: random.name("news"),
		...Object.fromEntries(names.map((name) => [name, random.name(name)])),
	};
}

/** What is in a layer's file: it tells the layer, and there is no other file like it. */
export const textIn = (layer: string, name: string): string => `${name} of ${layer}\n`;

/** Where the files are that the check writes to. */
export const lateFiles = (drawn: Drawn): string[] =>
	Object.entries(LATE).map(([layer, name]) => `${drawn[layer]}/${drawn[name]}`);

// The base layer has busybox and nothing else to run. A whiteout is how a layer says that a file of the layers below is gone: a character device 0:0.
const PREPARE = `
fill() { for name in "$@"; do echo "$name of $PWD" >$name; done; }
busybox mkdir -p "$MIDDLE" && cd "$MIDDLE" && fill $BETWEEN $REPLACED $COVERED $LATER &&
busybox mkdir -p "$TOP" && cd "$TOP" && fill $APPENDED $REPLACED $ADDED $LATE && busybox mknod $HIDDEN c 0 0 &&
busybox mkdir -p "$BASE/bin" "$BASE/proc" "$BASE/$REMADE" && cd "$BASE" &&
busybox ln /lab/rootfs/bin/busybox bin && busybox ln -s busybox bin/sh &&
fill $EDITED $CHMODDED $DELETED $COVERED $LOWEST $HIDDEN $LATEST $REMADE/old`;

// Each line is one kind of change.
const SCRIPT = `
echo "${WRITTEN}" >/$EDITED
echo "${WRITTEN}" >>/$APPENDED
busybox chmod 600 /$CHMODDED
busybox rm /$DELETED
busybox rm -r /$REMADE && busybox mkdir /$REMADE
echo "${WRITTEN}" >/$CREATED
pause
exit $line`;

export function scenarioOf(drawn: Drawn): Scenario {
	const { id = "", neighbour = "", lone = "", refused = "", hostname = "", missing = "", news = "" } = drawn;
	const { top = "", middle = "", base = "" } = drawn;
	// The exit code is for the command alone, at its end; and the news is nobody's until the agent writes it.
	const inputs = Object.entries(drawn).filter(([name]) => name !== EXIT_CODE && name !== "news");
	const variables = inputs.map(([name, value]) => `${name.toUpperCase()}=${value}`);
	const named = (script: string) => `${variables.join(" ")}\n${script}`;
	const options = { hostname, init: true, layers: [top, middle, base] };
	return {
		does: `ran sh on the layers ${top}, ${middle} and ${base}, beside a second container on the same three`,
		prepare: [{ do: "run", argv: ["busybox", "sh", "-c", named(PREPARE)] }],
		calls: {
			[BOX]: { options: { ...options, id }, script: named(SCRIPT) },
			[NEIGHBOUR]: {
				about: "another one on the same three layers",
				options: { ...options, id: neighbour },
				script: named("echo mine >/$MINE\npause\nexit 0"),
			},
			[LONE]: {
				about: "one on the lowest layer alone",
				options: { ...options, id: lone, layers: [base] },
				script: "pause\nexit 0",
			},
			[REFUSED]: {
				about: "one of its layers is not there",
				options: { ...options, id: refused, layers: [top, missing, base] },
				fails: true,
			},
		},
		steps: [
			{ do: "call", call: NEIGHBOUR },
			{ do: "call", call: LONE },
			{ do: "call", call: BOX },
			{ do: "look", as: "during", writes: Object.fromEntries(lateFiles(drawn).map((path) => [path, news])) },
			{ do: "run", argv: ["busybox", "sh", "-c", "busybox dmesg | busybox grep overlay"], as: LOG },
			// Not before: what the log has to say is about the other two.
			{ do: "call", call: REFUSED },
			{ do: "feed", call: NEIGHBOUR, last: true },
			{ do: "feed", call: LONE, last: true },
			{ do: "feed", call: BOX, last: true },
		],
		readings: {
			files: {
				watch: [LAYERS, CONTAINERS, ...ELSEWHERE],
				inRoot: [
					...[...UNTOUCHED, ...TOUCHED, ...Object.values(LATE), "hidden", "mine"].map((name) => drawn[name] ?? ""),
					`${drawn["remade"]}/old`,
				],
			},
		},
	};
}
