import { type Check, type Drawn, EXIT_CODE, type Scenario } from "../../harness/grade/index.ts";

/**
 * Two containers on the same two layers, at the same time. The first one to start, the neighbour, writes one file; the
 * other one, which the lesson is about, does to the layers' files all that can be done to a file. A third one cannot come
 * to be: one of its layers is not there.
 */

/** Where the layers lie. */
export const LAYERS = "/layers";
/** Where the engine puts what it makes for containers. */
export const CONTAINERS = "/run/box";
export const NEIGHBOUR = "neighbour";
export const REFUSED = "refused";
/** The step that reads what the kernel has logged of overlays. */
export const LOG = "log";
/** What the box writes over a file, and behind another one. */
export const WRITTEN = "written in the container";

/** The names of everything that is in the layers, or comes into being above them. */
export function drawInputs(random: Parameters<Check["draw"]>[0]): Drawn {
	const names = [
		"edited",
		"appended",
		"chmodded",
		"deleted",
		"remade",
		"created",
		"replaced",
		"hidden",
		"added",
		"mine",
	];
	return {
		id: random.name("").slice(1),
		neighbour: random.name("").slice(1),
		refused: random.name("").slice(1),
		hostname: random.hostname(),
		top: `${LAYERS}/${random.name("top")}`,
		base: `${LAYERS}/${random.name("base")}`,
		missing: `${LAYERS}/${random.name("missing")}`,
		...Object.fromEntries(names.map((name) => [name, random.name(name)])),
	};
}

// The base layer has busybox and nothing else to run. A whiteout is how a layer says that a file of the layers below is gone: a character device 0:0.
const PREPARE = `
busybox mkdir -p "$BASE/bin" "$BASE/proc" "$BASE/$REMADE" "$TOP" && cd "$BASE" &&
busybox ln /lab/rootfs/bin/busybox bin && busybox ln -s busybox bin/sh &&
for name in $EDITED $CHMODDED $DELETED $REPLACED $HIDDEN $REMADE/old; do echo "of the base layer" >$name; done &&
cd "$TOP" &&
for name in $APPENDED $REPLACED $ADDED; do echo "of the top layer" >$name; done &&
busybox mknod $HIDDEN c 0 0`;

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
	const { id = "", neighbour = "", refused = "", hostname = "", top = "", base = "", missing = "" } = drawn;
	// The exit code is for the command alone, at its end.
	const inputs = Object.entries(drawn).filter(([name]) => name !== EXIT_CODE);
	const variables = inputs.map(([name, value]) => `${name.toUpperCase()}=${value}`);
	const named = (script: string) => `${variables.join(" ")}\n${script}`;
	const options = { hostname, init: true, layers: [top, base] };
	return {
		does: `ran sh on the layers ${top} and ${base}, beside a second container on the same two`,
		prepare: [{ do: "run", argv: ["busybox", "sh", "-c", named(PREPARE)] }],
		options: { ...options, id },
		script: named(SCRIPT),
		others: {
			[NEIGHBOUR]: {
				about: "another one on the same two layers",
				options: { ...options, id: neighbour },
				script: named("echo mine >/$MINE\npause\nexit 0"),
			},
			[REFUSED]: {
				about: "one of its layers is not there",
				options: { ...options, id: refused, layers: [missing, base] },
				fails: true,
			},
		},
		steps: [
			{ do: "start", container: NEIGHBOUR },
			{ do: "start", container: "box" },
			{ do: "look", as: "during" },
			{ do: "run", argv: ["busybox", "sh", "-c", "busybox dmesg | busybox grep overlay"], as: LOG },
			// Not before: what the log has to say is about the other two.
			{ do: "start", container: REFUSED },
			{ do: "end", container: NEIGHBOUR },
			{ do: "end", container: "box" },
		],
		watch: [LAYERS, CONTAINERS, "/tmp"],
		files: [
			...["edited", "appended", "chmodded", "deleted", "created", "replaced", "hidden", "added", "mine"].map(
				(name) => drawn[name] ?? "",
			),
			`${drawn["remade"]}/old`,
		],
	};
}
