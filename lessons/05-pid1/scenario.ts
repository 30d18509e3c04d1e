import { BOX, DURING, type Scenario, type Step } from "../../harness/grade/index.ts";

/** How many orphans the command makes. */
export const ORPHANS = 50;
/** The moment at which all of them have ended. */
export const AFTERWARDS = "afterwards";

/** Ends by itself when SIGTERM comes: what it does about that takes a moment. */
export const POLITE = "polite";
/** Notes what signals come to it, and then ends by itself when SIGHUP comes. */
export const HUNG_UP = "hung-up";
/** What is sent to its init, all at once, before that: whatever a user may send, but for SIGTERM, which others get. */
export const SENT = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGCONT", "SIGWINCH"] as const;
/** The moment at which it has noted them, and the file in its root, wherever that lies. */
export const CAME = "came";

/** What that file says if another process in the container got one of them. */
export const OTHERS = "others";

/** The exit code that a container's command ends with, from the name that was drawn for it. */
export const codeOf = (drawn: string): number => 20 + (Number.parseInt(drawn.slice(-4), 16) % 80);
/** What the polite one adds to it when a SIGCHLD has come to it. */
export const CHILDLESS = 100;

// The orphans wait for a writer at the gate, so all of them end at one moment: their parent gets 50 SIGCHLD at once.
// Before the first pause nothing may be forked: the first child of a process that has merely unshared is pid 1.
const BOX_SCRIPT = `
pause
i=0; while [ $i -lt ${ORPHANS} ]; do (: </gate &); i=$((i+1)); done
setsid sleep 1000 &
exec 3>/gate
pause
pause`;

// It has no child when its orphan ends: a SIGCHLD is then init's. It waits until init has reaped, as init may pass on
// first; and it reads more than once, as a signal ends a read.
const politely = (exitCode: number) => `
(: </gate & echo $! >/orphan)
stray=0
trap 'stray=${CHILDLESS}' CHLD
trap 'code=$((${exitCode} + stray)); trap - CHLD; sleep 0.2; exit $code' TERM
pause
read -r orphan </orphan
exec 3>/gate
i=0; while [ -e /proc/$orphan ] && [ $i -lt 2000 ]; do i=$((i+1)); done
echo "$0"; read -r _ || read -r _ || read -r _`;

// It says that it waits, and does not read: a signal would end a read. Some two seconds pass until it gives a signal up.
const NOTES = `
sleep 1000 & other=$!
for name in ${SENT.map((signal) => signal.slice(3)).join(" ")}; do trap 'came="$came SIG'$name'"' $name; done
echo "$0"
i=0; while set -- $came; [ $# -lt ${SENT.length} ] && [ $i -lt 100 ]; do sleep 0.01; i=$((i+1)); done
kill -0 $other 2>/dev/null || came="$came ${OTHERS}"
echo $came >/${CAME}
echo "$0"; read -r _`;

const steps: Step[] = [
	{ do: "start", container: BOX },
	{ do: "look", as: DURING },
	{ do: "go", container: BOX },
	{ do: "settle", container: BOX },
	{ do: "look", as: AFTERWARDS },
	{ do: "signal", container: BOX, to: "init", signal: "SIGTERM", as: BOX },
	{ do: "start", container: POLITE },
	{ do: "go", container: POLITE },
	{ do: "signal", container: POLITE, to: "init", signal: "SIGTERM", as: POLITE },
	{ do: "start", container: HUNG_UP },
	{ do: "send", container: HUNG_UP, to: "init", signals: [...SENT] },
	{ do: "go", container: HUNG_UP },
	{ do: "look", as: CAME },
	{ do: "signal", container: HUNG_UP, to: "init", signal: "SIGHUP", as: HUNG_UP },
];

/** What is played: three containers, one after the other, each ended by a signal to its init. */
export function scenario(drawn: Record<string, string>): Scenario {
	const { hostname = "", rootfs = "", polite = "", hungUp = "" } = drawn;
	const options = { hostname, rootfs, init: true };
	return {
		does: `ran sh below an init in ${rootfs}; sh left ${ORPHANS} orphans; then sent SIGTERM to the init`,
		prepare: [
			// cp, as it takes the devices along: a shell gives /dev/null to what it starts in the background.
			{ do: "run", argv: ["sh", "-c", `cp -a /lab/rootfs ${rootfs} && mkfifo ${rootfs}/gate`] },
		],
		options,
		script: BOX_SCRIPT,
		others: {
			[POLITE]: {
				about: "its command hears SIGTERM, and exits with a code of its own",
				options,
				script: politely(codeOf(polite)),
			},
			[HUNG_UP]: {
				about: "its command notes which signals come, and exits at SIGHUP",
				options,
				script: `${NOTES}; trap 'exit ${codeOf(hungUp)}' HUP; pause`,
			},
		},
		steps,
		files: [CAME],
	};
}
