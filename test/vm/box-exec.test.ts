import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { boxProgram } from "../../harness/engine/engine.ts";
import { runScriptWithBox } from "../support/box.ts";
import { newMachinePool } from "../support/guest.ts";

const machines = newMachinePool();
const program = await boxProgram(new Map());
beforeAll(() => machines.makeReady());
afterAll(() => machines.close());

const TIMEOUT_MS = 1_000_000;
const PRELUDE = `
# container OPTIONS…: runs a container, and sets $id.
container() { starts "$@" /lab/rootfs sh -c "$UP"; read -r id pid words < <(box ps); }
# inside: the processes of the container, except its own two.
inside() { for try in 1 2 3 4 5; do
	set -- $(cat /proc/[0-9]*/status 2> /tmp/null | grep -cP '^NSpid:\\t\\d+\\t')
	[ "$1" -gt 3 ] && sleep 1 || break
done; echo $1; }
`;
const play = (script: string) => runScriptWithBox(machines, program, PRELUDE + script);

describe("box exec", () => {
	test("passes exit codes and streams on, and leaves the container as it was", { timeout: TIMEOUT_MS }, async () => {
		const results = await play(`
			container --memory 96M --hostname web-1
			code() { box exec "\${@:2}" > /tmp/out 2> /tmp/err; report "$1" $?; }
			code exit $id sh -c 'hostname; cat /proc/self/cgroup >&2; exit 7'
			report stdout "$(cat /tmp/out)"; report stderr "$(cat /tmp/err)"
			echo typed | code input -i $id cat; report "input, stdout" "$(cat /tmp/out)"
			code missing $id nowhere
			code killed $id sh -c 'kill -9 $$'
			code hog $id dd if=/dev/zero of=/dev/null bs=160M count=1
			code user --user 1000:5 --workdir /tmp $id sh -c 'id -u; id -g; pwd'; report "user, stdout" "$(echo $(cat /tmp/out))"
			exec 7< /root; code outside --workdir /proc/self/fd/7 $id pwd; report "outside, stderr" "$(cat /tmp/err)"; exec 7<&-
			code "no container" nowhere true; report "no container, stderr" "$(head -n1 /tmp/err)"
			code "no command" $id
			report inside "$(inside)"; report ps "$(box ps | wc -l)"
			kill -TERM $box; ends container
		`);
		expect(results).toEqual({
			exit: "7",
			stdout: "web-1",
			stderr: "0::/",
			input: "0",
			"input, stdout": "typed",
			missing: "127",
			killed: "137",
			hog: "137",
			user: "0",
			"user, stdout": "1000 5 /tmp",
			outside: "125",
			"outside, stderr": "box: /proc/self/fd/7 leads out of the container",
			"no container": "125",
			"no container, stderr": "box: there is no running container nowhere",
			"no command": "125",
			inside: "3",
			ps: "1",
			container: "143",
			"container, left": "",
		});
	});

	test("runs the command as the container's user, in its groups, unless another user is asked for", {
		timeout: TIMEOUT_MS,
	}, async () => {
		const results = await play(`
			cp -a /lab/rootfs /tmp/image; echo 'anna:x:1000:5::/tmp:/bin/sh' >> /tmp/image/etc/passwd
			echo '1000:x:0:0::/:/bin/sh' >> /tmp/image/etc/passwd
			starts --user anna --group-add 7 --group-add 9 /tmp/image sh -c "$UP"; read -r id pid words < <(box ps)
			who() { report "$1" "$(box exec "\${@:2}" $id sh -c 'echo $(id -u) $(id -G) $HOME')"; }
			who own; who "another user" --user 0; who "another group" --user anna:3; who "other groups" --group-add 8
			box exec $id true; report "ends well" $?
			rm /run/box/claims/$id.options
			box exec $id true 2> /tmp/err; report unknown "$? $(sed s/$id/ID/ /tmp/err)"
			kill -TERM $box; ends container
		`);
		expect(results).toEqual({
			own: "1000 5 7 9 /tmp",
			"another user": expect.stringMatching(/^0 0 7 9 /),
			"another group": "1000 3 7 9 /tmp",
			"other groups": "1000 5 8 /tmp",
			"ends well": "0",
			unknown: "125 box: container ID has ended",
			container: "143",
			"container, left": "",
		});
	});

	test("gives the command the container's capabilities, unless others are asked for", {
		timeout: TIMEOUT_MS,
	}, async () => {
		const results = await play(`
			starts --cap-drop ALL --cap-add NET_RAW --security-opt no-new-privileges /lab/rootfs sh -c "$UP"
			read -r id pid words < <(box ps); show='echo $(grep -E "Cap(Eff|Bnd)|NoNewPrivs" /proc/self/status)'
			power() { report "$1" "$(box exec "\${@:2}" $id sh -c "$show")"; }
			power own; power "another user" --user 1000; power all --privileged
			power fewer --cap-add KILL --security-opt no-new-privileges:false
			kill -TERM $box; ends container
		`);
		const [one, all, other] = [0x2000, 0x1ffffffffff, 0x20].map((mask) => mask.toString(16).padStart(16, "0"));
		expect(results).toEqual({
			own: `CapEff: ${one} CapBnd: ${one} NoNewPrivs: 1`,
			"another user": `CapEff: ${one} CapBnd: ${one} NoNewPrivs: 1`,
			all: `CapEff: ${all} CapBnd: ${all} NoNewPrivs: 1`,
			// The filter demands it, whatever is asked for.
			fewer: `CapEff: ${other} CapBnd: ${other} NoNewPrivs: 1`,
			container: "143",
			"container, left": "",
		});
	});

	test("finds a user's name in the container's files, also with a module that reads them on the host", {
		timeout: TIMEOUT_MS,
	}, async () => {
		const module = inKit("test/submissions/12-users/right/read-on-the-host.ts");
		const onTheHost = await boxProgram(new Map([[inKit("solutions/12-users/user.ts"), module]]));
		const results = await runScriptWithBox(
			machines,
			onTheHost,
			`${PRELUDE}
			cp -a /lab/rootfs /tmp/image; echo 'anna:x:1000:5::/tmp:/bin/sh' >> /tmp/image/etc/passwd
			starts --user anna /tmp/image sh -c "$UP"; read -r id pid words < <(box ps)
			report own "$(box exec $id id -u)"; report asked "$(box exec --user anna $id id -u)"
			kill -TERM $box; ends container
		`,
		);
		expect(results).toEqual({ own: "1000", asked: "1000", container: "143", "container, left": "" });
	});

	test("passes signals on, and leaves no command behind, whichever of its processes is killed", {
		timeout: TIMEOUT_MS,
	}, async () => {
		const results = await play(`
			container
			enters() {
				: > /tmp/entered; box exec $id sh -c "$2" > /tmp/entered & exec=$!
				until grep -q up /tmp/entered || ! kill -0 $exec 2> /tmp/null; do sleep 0.3; done
				shim=$(pgrep -P $exec); engine=$(pgrep -P $shim); outer=$(pgrep -P $engine); entered=$(pgrep -P $outer)
			}
			gone() { wait $exec; report "$1" "$? $(inside)"; }
			enters TERM 'echo up; exec sleep 1000'; kill -TERM $exec; gone TERM
			enters trapped "trap 'exit 42' TERM; echo up; while :; do sleep 0.1; done"; kill -TERM $exec; gone trapped
			for kind in entered outer engine shim exec; do
				enters $kind 'echo up; exec sleep 1000'; kill -KILL \${!kind}; gone $kind
			done
			enters "with the container" 'echo up; exec sleep 1000'; kill -KILL $init; gone "with the container"; ends container
		`);
		expect(results).toEqual({
			TERM: "143 3",
			trapped: "42 3",
			entered: "137 3",
			outer: "137 3",
			engine: "125 3",
			shim: "125 3",
			exec: "137 3",
			"with the container": "137 0",
			container: "137",
			"container, left": "",
		});
	});
});

test("box run --pid host and --network host share what a container otherwise has of its own", {
	timeout: TIMEOUT_MS,
}, async () => {
	const results = await play(`
		own() { for kind in pid net uts mnt; do [ $(readlink /proc/$pid/ns/$kind) = $(readlink /proc/self/ns/$kind) ] || echo $kind; done; }
		read_pid() { read -r id pid words < <(box ps); }
		for options in "--pid host" "--network host" "--pid host --network host"; do
			rm -f /tmp/up; box run $options /lab/rootfs sh -c 'echo up; exec sleep 1000' > /tmp/up & box=$!
			until grep -qs up /tmp/up; do sleep 0.3; done; read_pid
			report "$options" "$(echo $(own))"; report "$options, 1" "$(box exec $id cat /proc/1/comm)"
			kill -TERM $box; wait $box; report "$options, end" $?
		done
		box run --network host --publish 8080:80 /lab/rootfs true 2> /tmp/err; report published "$(cat /tmp/err)"
		box run --pid mine /lab/rootfs true 2> /tmp/err; report "another value" "$(cat /tmp/err)"
		left left
	`);
	expect(results).toEqual({
		"--pid host": "net uts mnt",
		"--pid host, 1": "busybox",
		"--pid host, end": "143",
		"--network host": "pid uts mnt",
		"--network host, 1": "MainThread",
		"--network host, end": "143",
		"--pid host --network host": "uts mnt",
		"--pid host --network host, 1": "busybox",
		"--pid host --network host, end": "143",
		published: "box: --publish needs a network of its own, and --network host shares one",
		"another value": "box: --pid mine: the only value is host",
		left: "",
	});
});
