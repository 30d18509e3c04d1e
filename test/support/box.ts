import { installBox } from "../../harness/engine/engine.ts";
import type { Preparation } from "../../harness/protocol/index.ts";
import type { MachinePool } from "../../harness/vm/machine-pool.ts";

/**
 * How long a script may take if it does not say otherwise. It may start `box` many times, and each start takes seconds,
 * or longer on a busy computer.
 */
const DEADLINE_MS = 900_000;
/** How long a script that starts `box` this many times may take. */
export const deadlineMsOf = (runs: number): number => DEADLINE_MS + runs * 60_000;

// Shell functions for the scripts, in addition to the machine's programs.
const PRELUDE = `
# report NAME VALUE: prints one line of the result.
report() { printf '%s\t%s\n' "$1" "$2"; }
# starts OPTIONS… IMAGE COMMAND…: runs box in the background, and waits until the command prints "up". Sets $box to the
# pid of box, and $shim, $engine, $outer, $init and $command to those of the processes below it.
starts() {
	: > /tmp/up; box run "$@" > /tmp/up 2> /tmp/err & box=$!
	until grep -q up /tmp/up || ! kill -0 $box 2> /tmp/null; do sleep 0.3; done
	shim=$(pgrep -P $box); engine=$(pgrep -P $shim); outer=$(pgrep -P $engine); init=$(pgrep -P $outer)
	command=$(pgrep -P $init)
}
# ends NAME: waits for box, and reports its exit code and what is left.
ends() { wait $box; report "$1" $?; left "$1, left"; }
# left NAME: reports what containers have left, after waiting for killed processes to disappear.
left() {
	for try in 1 2 3 4 5 6 7 8 9 10; do
		set -- "$1" "$(pgrep -f '[b]ox.cjs'; ls -d /sys/fs/cgroup/box/*/ /run/box/????????* /run/box/claims/*;
			ls /sys/class/net | grep -v lo; nft list ruleset; grep -o '/run/box/[^ ]*' /proc/self/mountinfo)"
		[ -n "$2" ] && sleep 1 || break
	done 2> /tmp/null
	report "$1" "$(echo $2)"
}
UP='echo up; sleep 1000 & wait'
`;

/** How a script with `box` is run. */
interface ScriptOptions {
	/** How long the script may take, if it starts `box` very often: see {@link deadlineMsOf}. */
	deadlineMs?: number;
	/** Whether the script has a terminal as descriptor 3, and as descriptor 4 the terminal's master. */
	terminal?: boolean;
	/** What is made before the script starts, such as files that it uses. */
	prepare?: Preparation[];
}

/**
 * Runs a bash(1) script in a fresh machine that has `box`.
 * @param program the code of `box`
 * @param script may use the functions of the prelude, such as `starts` and `report`
 * @returns the values that the script prints with `report`, by name
 */
export async function runScriptWithBox(
	machines: MachinePool,
	program: string,
	script: string,
	{ deadlineMs = DEADLINE_MS, terminal = false, prepare = [] }: ScriptOptions = {},
): Promise<Record<string, string>> {
	const code = `exports.run = (script, withTerminal) => {
		const terminal = () => {
			const { O_NOCTTY, O_RDWR } = require("node:fs").constants;
			const { ioctl, TIOCGPTPEER, TIOCSPTLCK } = require("#kernel");
			const master = require("node:fs").openSync("/dev/ptmx", O_RDWR | O_NOCTTY);
			ioctl(master, TIOCSPTLCK, 0);
			return [ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY), master];
		};
		const stdio = ["ignore", "inherit", "inherit", ...(withTerminal ? terminal() : [])];
		require("node:child_process").spawnSync("bash", ["-c", script], { stdio });
	}`;
	const { outcome, output } = await machines.play({
		...{
			prepare: [...installBox(program), ...prepare],
			code,
			readings: {},
		},
		calls: { box: { export: "run", args: [PRELUDE + script, terminal], token: "none" } },
		steps: [{ do: "call", call: "box" }],
		deadlineMs,
	});
	const [stdout, stderr] = [output.stdout, output.stderr].map((chunks) => Buffer.concat(chunks).toString());
	const ending = outcome.kind === "lost" ? outcome : outcome.observation.calls["box"]?.ending;
	if (ending?.how !== "returned")
		throw new Error(`the script did not end normally: ${JSON.stringify(ending)}\n${stdout}\n${stderr}`);
	const lines = (stdout ?? "").split("\n").filter(Boolean);
	return Object.fromEntries(lines.map((line) => line.split("\t")));
}
