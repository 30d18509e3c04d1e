import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { boxProgram } from "../../harness/engine/engine.ts";
import { deadlineMsOf, runScriptWithBox } from "../support/box.ts";
import { newMachinePool } from "../support/guest.ts";
import { drawn, TRIES_ALL } from "../support/plan.ts";

// Containers with many of the options of `box run`, many in a row, and killed at many moments. A container leaves only
// its named volumes behind.

const machines = newMachinePool();
const program = await boxProgram(new Map());
beforeAll(() => machines.makeReady());
afterAll(() => machines.close());

/** Containers in a row, in one machine. */
const RUNS = TRIES_ALL ? 200 : 10;
/**
 * Equal parts of the time until the command has started, and of a tenth more. In each part, one process is killed in one
 * run.
 */
const MOMENTS = 30;

// The scripts also use `report` and `left` of test/support/box.ts. Descriptor 3 is a terminal, and 4 is its master.
const PRELUDE = `
mkdir -p /srv/site; echo page > /srv/site/page; cp -a /lab/rootfs /tmp/image; mkdir -m 777 /tmp/image/data
OPTIONS="-v /srv/site:/site:ro -v mail:/data --tmpfs /scratch --device /dev/kmsg --user 1000:5 --group-add 7
	--memory 64M --hostname web-1 --publish 8080:80 /tmp/image"
# What the container's command expects to find. It reads a line, and ends with this exit code.
COMMAND='fails() { echo "$1"; exit 99; }
read -r page < /site/page; [ "$page" = page ] || fails page
{ echo x > /site/page; } 2> /dev/null && fails read-only
{ [ -c /dev/kmsg ] && [ -d /scratch ]; } || fails places
read -r name < /proc/sys/kernel/hostname; [ "$name" = web-1 ] || fails hostname
while read -r key one two three; do case $key in
	Uid:) [ $one = 1000 ] || fails uid;; Gid:) [ $one = 5 ] || fails gid;; Groups:) [ "$one $two" = "5 7" ] || fails groups
esac; done < /proc/self/status
echo up
read -r code; echo "$code" >> /data/codes || fails volume; exit "$code"'
# state: what a container could leave on the host.
state() {
	cat /proc/self/mounts; find /sys/fs/cgroup -type d; find /run/box /var/lib/box /tmp/image
	ls /sys/class/net; nft list ruleset; grep . /proc/locks; lsns --noheadings --output TYPE,NS | sort
	names=$(cat /proc/[0-9]*/comm 2> /tmp/null); echo "$names" | sort | uniq -c
} 2>&1
# reports_left NAME: waits until the state is that in /tmp/first, and reports the difference. The state is read by this
# shell itself: a pipeline's processes would be in it.
reports_left() {
	for try in 1 2 3 4 5 6 7 8 9 10; do state > /tmp/now; cmp -s /tmp/first /tmp/now && break || sleep 1; done
	report $1 "$(diff /tmp/first /tmp/now | tr '\\n\\t' '| ')"
}
`;

const play = (script: string, runs: number) =>
	runScriptWithBox(machines, program, PRELUDE + script, { deadlineMs: deadlineMsOf(runs), terminal: true });

describe("box run with many options", () => {
	test(`ends as its command ends, and leaves only a named volume: ${RUNS} times in a row`, {
		timeout: deadlineMsOf(RUNS),
	}, async () => {
		const results = await play(
			`
			stty -F /dev/stdin --save > /tmp/settings <&3
			# once CODE: in turn with pipes, with a terminal that nobody types on, and with one that somebody types on.
			once() { : > /tmp/out; case $(($1 % 3)) in
				0) echo $1 | box run -i $OPTIONS sh -c "$COMMAND" > /tmp/out 2>&1 3<&- 4<&-;;
				1) box run -t $OPTIONS sh -c "\${COMMAND%read -r code*} echo $1 >> /data/codes; exit $1" > /tmp/out 2>&1 3<&- 4<&-;;
				2) cat <&4 > /tmp/out & reader=$!
					box run -it $OPTIONS sh -c "$COMMAND" <&3 >&3 2>&3 3<&- 4<&- & box=$!
					until grep -q up /tmp/out || ! kill -0 $box 2> /tmp/null; do sleep 0.3; done; echo $1 >&4
					wait $box; set -- $1 $?; kill $reader; wait $reader 2> /tmp/null; (exit $2);;
			esac; [ $? = $1 ] || wrong="$wrong $1: $(tail -n2 /tmp/out | tr '\\r\\n\\t' '   ')"; }
			once 1; report first "$wrong"; left first-left; state > /tmp/first; wrong=; SECONDS=0
			for run in $(seq ${RUNS}); do once $((run % 90 + 1)); done
			report wrong "$wrong"; reports_left left; left absolutely
			report codes "$(wc -l < /var/lib/box/volumes/mail/codes)"; report seconds $SECONDS
			report terminal "$(stty -F /dev/stdin --save <&3 | cmp - /tmp/settings)"
			`,
			RUNS,
		);
		console.info(`${RUNS} containers in ${results["seconds"]} s`);
		const all = {
			first: "",
			"first-left": "",
			wrong: "",
			left: "",
			absolutely: "",
			terminal: "",
			codes: String(RUNS + 1),
		};
		expect(results).toEqual({ ...all, seconds: expect.any(String) });
	});

	test("leaves only a named volume, whichever process is killed, and when", {
		timeout: deadlineMsOf(MOMENTS),
	}, async () => {
		const moments = drawn(
			"SIGKILL during box run",
			Array.from({ length: MOMENTS }, (_, moment) => moment),
		);
		const results = await play(
			`
			starts_all() { rm -f /tmp/input; mkfifo -m 600 /tmp/input; exec 5<> /tmp/input; box run -i $OPTIONS sh -c "$COMMAND" <&5 > /tmp/up 2>&1 3<&- 4<&- 5<&- & box=$!; }
			: > /tmp/up; begun=\${EPOCHREALTIME/./}; starts_all; until grep -q up /tmp/up || ! kill -0 $box 2> /tmp/null; do sleep 0.1; done
			took=$((\${EPOCHREALTIME/./} - begun)); echo 0 >&5; wait $box; report first $?; left first-left; state > /tmp/first
			below() { for child in $(pgrep -P $1); do echo $child; below $child; done; }
			# kills MOMENT: kills a process of box, or a program that it runs. The first is box itself.
			kills() {
				: > /tmp/up; starts_all; sleep $(((took * 11 / 10 * $1 / ${MOMENTS}) / 1000))e-3
				set -- $1 $box $(below $box); count=$(($# - 1)); shift $(($1 * 7 % count)); shift; kill -KILL $1 2> /tmp/null
				echo 0 >&5; wait $box 2> /tmp/null
			}
			for moment in ${moments.join(" ")}; do kills $moment; reports_left $moment; done
			left absolutely
			`,
			MOMENTS,
		);
		const all = Object.fromEntries(moments.map((moment) => [moment, ""]));
		expect(results).toEqual({ first: "0", "first-left": "", ...all, absolutely: "" });
	});

	test("box ends if the shim is killed before box waits for its end", async () => {
		const delay = "for (const endMs = Date.now() + 1_000; Date.now() < endMs; );\n";
		const slow = program.replace(/^\s*for \(const name of PASSED_ON_SIGNALS\)/m, (line) => delay + line);
		expect(slow).not.toBe(program);
		const script = `
			for run in 1 2 3 4; do
				box run /lab/rootfs sleep 1000 2> /tmp/null & box=$!
				until shim=$(pgrep -P $box); do :; done; kill -KILL $shim; wait $box; report $run $?
			done
			left left`;
		const results = await runScriptWithBox(machines, slow, script);
		expect(results).toEqual({ 1: "125", 2: "125", 3: "125", 4: "125", left: "" });
	});
});
