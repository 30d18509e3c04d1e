import { BOX, DURING, type Scenario, type Step } from "../../harness/judge/index.ts";

import { deliveryTo, lastLineTo } from "./measured.ts";

/** How many orphans the command makes. */
export const ORPHANS = 50;
/** The moment at which all orphans run, and wait to end. */
export const WAITING = "waiting";
/** The moment at which all orphans have ended. */
export const AFTERWARDS = "afterwards";

/** The container whose command exits with a code when it reads its last line of input. */
export const EXITS = "exits";
/** The container whose command ends by a signal when it reads its last line of input. */
export const KILLED = "killed";
/** The signals that a user may send. The commands of the two later containers handle all of them. */
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

/** The four signals that each of the two containers gets, drawn at random. */
export function signalsFor(drawn: Record<string, string>): Record<typeof EXITS | typeof KILLED, NodeJS.Signals[]> {
	const order = digits(drawn["signals"]);
	const shuffled = SIGNALS.map((signal, index) => ({ signal, digit: order[index] ?? 0 }))
		.toSorted((one, other) => one.digit - other.digit)
		.map(({ signal }) => signal);
	return { [EXITS]: shuffled.slice(0, 4), [KILLED]: shuffled.slice(4) };
}

/** The exit code in the last line of the container {@link EXITS}. */
export const lastLineExitCode = ({ lastExitCode = "" }: Record<string, string>): number =>
	20 + (numberOf(lastExitCode) % 80);
/** The signal in the last line of the container {@link KILLED}. It is none of {@link SIGNALS}. */
export const lastLineSignal = ({ lastSignal = "" }: Record<string, string>): number =>
	ENDING_SIGNALS[numberOf(lastSignal) % ENDING_SIGNALS.length] ?? 26;

// SIGSTKFLT, SIGVTALRM, SIGPROF, SIGIO and SIGPWR: they end a process, and write no core dump.
const ENDING_SIGNALS = [16, 26, 27, 29, 30] as const;

const digits = (drawn = "") => [...drawn.slice(-8)].map((digit) => Number.parseInt(digit, 16));
const numberOf = (drawn: string) => Number.parseInt(drawn.slice(-4), 16);

// The orphans wait until the command opens the FIFO /gate for writing, so that all of them end at one moment. The
// kernel sends their parent 50 SIGCHLD, but keeps only one pending at a time. The last orphan has a session of its own,
// as a daemon has. The check looks for the first time at the first pause. The script forks nothing before: if the
// exercise calls unshare and does not fork, the script's first child becomes pid 1.
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

// One orphan waits for the FIFO /gate, which nobody opens for writing, until the check kills it. The other orphan waits
// for the FIFO /end, which the last line opens, and ends together with the command. The command's child runs in the
// foreground, because sh makes background processes ignore SIGINT and SIGQUIT; the child ends at the line it reads. $0
// is the token: printed twice, it says that the command waits for its last line. A signal interrupts read, so the loop
// reads again.
const ALL = [...SIGNALS, "SIGCHLD"].map((signal) => signal.slice(3)).join(" ");
const LATER_SCRIPT = `
pause
(: </gate &); ((: </end; exit ${ORPHANS_CODE}) &)
trap : ${ALL}
(trap : ${ALL}; pause)
echo "$0$0"
i=0; until read -r last || [ $i -ge 20 ]; do i=$((i+1)); done
eval "$last"`;

/** Runs three containers, one after the other. */
export function scenario(drawn: Record<string, string>): Scenario {
	const { hostname = "", rootfs = "" } = drawn;
	const options = { hostname, rootfs, init: true };
	const stepsOf = (container: typeof EXITS | typeof KILLED, endingCommand: string): Step[] => [
		{ do: "call", call: container },
		{ do: "feed", call: container },
		{ do: "measure", with: "sendSignals", args: [container, signalsFor(drawn)[container]], as: deliveryTo(container) },
		{ do: "feed", call: container },
		{
			do: "measure",
			with: "writeLastLine",
			args: [container, `exec 3<>/end; ${endingCommand}`],
			as: lastLineTo(container),
		},
	];
	return {
		does: `ran sh and its init in ${rootfs}; let sh leave ${ORPHANS} orphans; then sent SIGTERM to the init; ran two later containers, sent signals to their inits, and let one command exit and a signal end the other`,
		prepare: [
			// cp -a copies the devices, too: a shell opens /dev/null for the processes that it starts in the
			// background.
			{ do: "run", argv: ["sh", "-c", `cp -a /lab/rootfs ${rootfs} && mkfifo ${rootfs}/gate ${rootfs}/end`] },
		],
		calls: {
			[BOX]: { options, script: BOX_SCRIPT },
			[EXITS]: {
				about: "its command gets signals, and then exits with the code in its last line of input",
				options,
				script: LATER_SCRIPT,
			},
			[KILLED]: {
				about: "its command gets signals, and then sends itself another one, which ends it",
				options,
				script: LATER_SCRIPT,
			},
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
			...stepsOf(EXITS, `exit ${lastLineExitCode(drawn)}`),
			...stepsOf(KILLED, `kill -${lastLineSignal(drawn)} $$`),
		],
	};
}
