import { BOX, DURING, type Scenario, type Step } from "../../harness/judge/index.ts";

import { deliveryTo, finishOf } from "./measured.ts";

/** How many orphans the command makes. */
export const ORPHANS = 50;
/** The moment at which the orphans wait to end, and the moment at which all of them have ended. */
export const WAITING = "waiting";
export const AFTERWARDS = "afterwards";

/** The container whose command ends with an exit code that its last line tells. */
export const EXITS = "exits";
/** The container whose command ends by a signal that its last line tells. */
export const KILLED = "killed";
/** The signals that a user may send. Both containers handle them all; each signal is sent to one of the two. */
export const SIGNALS = [
	"SIGHUP",
	"SIGINT",
	"SIGQUIT",
	"SIGTERM",
	"SIGUSR1",
	"SIGUSR2",
	"SIGCONT",
	"SIGWINCH",
] as const satisfies readonly NodeJS.Signals[];

/** Which four signals each of the two containers is sent, as drawn. */
export function dealt(drawn: Record<string, string>): Record<typeof EXITS | typeof KILLED, NodeJS.Signals[]> {
	const dice = digits(drawn["deal"]);
	const shuffled = SIGNALS.map((signal, index) => ({ signal, die: dice[index] ?? 0 }))
		.toSorted((one, other) => one.die - other.die)
		.map(({ signal }) => signal);
	return { [EXITS]: shuffled.slice(0, 4), [KILLED]: shuffled.slice(4) };
}

/** The exit code and the signal that the last lines tell. The signal is one that no user sends. */
export const codeOf = ({ exit = "" }: Record<string, string>): number => 20 + (numberOf(exit) % 80);
export const deathOf = ({ death = "" }: Record<string, string>): number =>
	DEATHS[numberOf(death) % DEATHS.length] ?? 26;

// SIGSTKFLT, SIGVTALRM, SIGPROF, SIGIO and SIGPWR: they end a process, and write no core dump.
const DEATHS = [16, 26, 27, 29, 30] as const;

const digits = (drawn = "") => [...drawn.slice(-8)].map((digit) => Number.parseInt(digit, 16));
const numberOf = (drawn: string) => Number.parseInt(drawn.slice(-4), 16);

// The orphans wait for a writer at the gate, so that all of them end at one moment: their parent gets 50 SIGCHLD at
// once. The last orphan has a session of its own, as a daemon has. Before the first pause the script forks nothing:
// after unshare, the first child would become pid 1.
const BOX_SCRIPT = `
pause
i=1; while [ $i -lt ${ORPHANS} ]; do (: </gate &); i=$((i+1)); done
(setsid sh -c ': </gate' &)
setsid sleep 1000 &
pause
exec 3>/gate
pause
pause`;

/** The exit code of an orphan that ends at the same moment as the command. */
export const ORPHANS_CODE = 9;

// One orphan waits at the gate, which nobody opens, and is killed. The other one ends together with the command. The
// child runs in the foreground, because sh makes background processes ignore SIGINT and SIGQUIT; the child ends at the
// line it reads. A signal interrupts read, so the loop reads again.
const ALL = [...SIGNALS, "SIGCHLD"].map((signal) => signal.slice(3)).join(" ");
const TOLD = `
pause
(: </gate &); ((: </end; exit ${ORPHANS_CODE}) &)
trap : ${ALL}
(trap : ${ALL}; pause)
echo "$0"
i=0; until read -r last || [ $i -ge 20 ]; do i=$((i+1)); done
eval "$last"`;

/** Runs three containers, one after the other. */
export function scenario(drawn: Record<string, string>): Scenario {
	const { hostname = "", rootfs = "" } = drawn;
	const options = { hostname, rootfs, init: true };
	const told = (container: typeof EXITS | typeof KILLED, ending: string): Step[] => [
		{ do: "call", call: container },
		{ do: "feed", call: container },
		{ do: "measure", with: "deliver", args: [container, dealt(drawn)[container]], as: deliveryTo(container) },
		{ do: "feed", call: container },
		{ do: "measure", with: "finish", args: [container, `exec 3<>/end; ${ending}`], as: finishOf(container) },
	];
	return {
		does: `ran sh below an init in ${rootfs}; sh left ${ORPHANS} orphans; then sent SIGTERM to the init`,
		prepare: [
			// cp -a copies the devices, too: a shell opens /dev/null for the processes that it starts in the
			// background.
			{ do: "run", argv: ["sh", "-c", `cp -a /lab/rootfs ${rootfs} && mkfifo ${rootfs}/gate ${rootfs}/end`] },
		],
		calls: {
			[BOX]: { options, script: BOX_SCRIPT },
			[EXITS]: { about: "its command is sent signals, and exits with a code that it is told", options, script: TOLD },
			[KILLED]: { about: "its command is sent signals, and ends by one of its own", options, script: TOLD },
		},
		steps: [
			{ do: "call", call: BOX },
			{ do: "look", as: DURING },
			{ do: "feed", call: BOX },
			{ do: "look", as: WAITING },
			{ do: "feed", call: BOX },
			{ do: "await", call: BOX, until: "settled" },
			{ do: "look", as: AFTERWARDS },
			{ do: "signal", call: BOX, to: "init", signals: ["SIGTERM"], as: BOX },
			...told(EXITS, `exit ${codeOf(drawn)}`),
			...told(KILLED, `kill -${deathOf(drawn)} $$`),
		],
	};
}
