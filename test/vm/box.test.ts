import { build } from "esbuild";
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
/**
 * Runs a bash script with `box`. The shell functions and variables that the scripts use, such as `starts`, `left` and
 * `$UP`, are in test/support/box.ts.
 */
const play = (script: string) => runScriptWithBox(machines, program, script);

describe("box run", () => {
	test("passes exit codes and streams on", { timeout: TIMEOUT_MS }, async () => {
		const results = await play(`
			code() { box run "\${@:2}" > /tmp/out 2> /tmp/err; report "$1" $?; }
			code true /lab/rootfs true
			code exit /lab/rootfs sh -c 'echo out; echo err >&2; exit 7'
			report stdout "$(cat /tmp/out)"; report stderr "$(cat /tmp/err)"
			code missing /lab/rootfs nowhere
			code "not executable" /lab/rootfs /etc/passwd
			code killed /lab/rootfs sh -c 'kill -9 $$'
			code "no image" /nowhere true; report "no image, stderr" "$(cat /tmp/err)"
			code "no command" /lab/rootfs
			code "bad option" --memory lots /lab/rootfs true; report "bad option, stderr" "$(cat /tmp/err)"
			code "hostname too long" --hostname $(printf %065d 0) /lab/rootfs true
			report "hostname too long, stderr" "$(cut -d'"' -f1,3 /tmp/err)"
			mkdir /tmp/refuses; printf '#!/bin/sh\\n[ "$1" = -f ] && exit 1; exec /usr/sbin/nft "$@"' > /tmp/refuses/nft
			chmod +x /tmp/refuses/nft
			PATH=/tmp/refuses:$PATH code "half-way" /lab/rootfs true; left "half-way, left"
			head -c 300000 /dev/urandom > /tmp/bytes
			box run -i /lab/rootfs cat < /tmp/bytes | cmp - /tmp/bytes; report bytes $?
			left left
		`);
		expect(results).toEqual({
			true: "0",
			exit: "7",
			stdout: "out",
			stderr: "err",
			missing: "127",
			"not executable": "126",
			killed: "137",
			"no image": "125",
			"no image, stderr": "box: there is no image /nowhere",
			"no command": "125",
			"bad option": "125",
			"bad option, stderr": "box: --memory lots: a number is expected, such as 64M",
			"hostname too long": "125",
			"hostname too long, stderr": 'box: sethostname("): EINVAL (22)',
			"half-way": "125",
			"half-way, left": "",
			bytes: "0",
			left: "",
		});
	});

	test("passes signals on", { timeout: TIMEOUT_MS }, async () => {
		const results = await play(`
			starts /lab/rootfs sh -c "$UP"; kill -TERM $box; ends TERM
			starts /lab/rootfs sh -c "$UP"; kill -INT $box; ends INT
			starts /lab/rootfs sh -c "trap 'exit 42' TERM; $UP"; kill -TERM $box; ends "TERM, trapped"
			starts /lab/rootfs sh -c "trap 'exit 43' USR1; $UP"; kill -USR1 $box; ends "USR1, trapped"
			box run /lab/rootfs true & box=$!; until ls /sys/class/net/box-*; do sleep 0.05; done > /tmp/null 2>&1
			kill -TERM $box; ends "TERM, too early"
		`);
		expect(results).toEqual(
			endings({ TERM: "143", INT: "130", "TERM, trapped": "42", "USR1, trapped": "43", "TERM, too early": "143" }),
		);
	});

	test("every option has its effect", { timeout: TIMEOUT_MS }, async () => {
		const results = await play(`
			starts --hostname web-1 --cpus 0.5 --publish 8080:80 /lab/rootfs sh -c 'echo up; hostname; echo hello | nc -l -p 80'
			until nsenter -t $command -n ss -Hlt | grep -q :80 || ! kill -0 $box; do sleep 0.3; done
			report "ports with the bridge's address" "$(cat /sys/class/net/box-*/address | grep -c "$(cat /sys/class/net/box0/address)")"
			report cpus "$(cat /sys/fs/cgroup/box/*/cpu.max)"
			report published "$(busybox nc 10.88.0.1 8080 < /dev/null)"
			ends ended; report hostname "$(tail -n1 /tmp/up)"
			box run --pids 10 /lab/rootfs sh -c 'for i in 0 1 2 3 4 5 6 7 8 9; do sleep 1000 & done' 2>&1 | grep -o "can't fork" > /tmp/pids
			report pids "$(cat /tmp/pids)"
			box run --memory 64M /lab/rootfs dd if=/dev/zero of=/dev/null bs=100M count=1 2> /tmp/null; report memory $?
			box run --memory 2M /lab/rootfs true 2> /tmp/err; report "memory, too little" "$? $(grep -c 'box: .*--memory 2M, is too small' /tmp/err)"
			box run /lab/rootfs sh -c 'kill -KILL $$' 2> /tmp/err; report "killed" "$? $(cat /tmp/err)"
		`);
		expect(results).toEqual({
			"ports with the bridge's address": "0",
			cpus: "50000 100000",
			published: "hello",
			...endings({ ended: "0" }),
			hostname: "web-1",
			pids: "can't fork",
			memory: "137",
			"memory, too little": "137 1",
			killed: "137 ",
		});
	});

	test("leaves nothing behind, whichever of its processes is killed", { timeout: TIMEOUT_MS }, async () => {
		// From the inside out. `outer` waits for init, outside of the PID namespace. The shim is the process between box and
		// the engine that cleans up: see solutions/supervise.ts.
		const kinds = ["command", "init", "outer", "engine", "shim", "box"];
		const results = await play(
			kinds
				.map((kind) => `starts --publish 8080:80 /lab/rootfs sh -c "$UP"; kill -KILL $${kind}; ends ${kind}`)
				.join("\n"),
		);
		expect(results).toEqual(
			endings({ command: "137", init: "137", outer: "137", engine: "125", shim: "125", box: "137" }),
		);
	});

	test("refuses to publish a port on which a program of the host listens", {
		timeout: TIMEOUT_MS,
	}, async () => {
		const results = await play(`
			tries() {
				node -e 'require("net").createServer().listen(8080, process.argv[1])' $1 & server=$!
				until ss -Hlt | grep -q :8080 || ! kill -0 $server; do sleep 0.1; done
				box run --publish 8080:80 /lab/rootfs true 2> /tmp/err; report "$1" $?; report "$1, stderr" "$(cat /tmp/err)"
				kill $server; wait $server 2> /tmp/null
			}
			tries ::; tries 0.0.0.0; tries 127.0.0.1; left left
		`);
		const taken = "box: port 8080 is taken: a program on the host listens on it";
		expect(results).toEqual({
			...{ "::": "125", "::, stderr": taken, "0.0.0.0": "125", "0.0.0.0, stderr": taken },
			...{ "127.0.0.1": "0", "127.0.0.1, stderr": "" },
			left: "",
		});
	});

	test("runs an image's own command, or the given one", { timeout: TIMEOUT_MS }, async () => {
		const builder = await build({
			...{ entryPoints: [inKit("solutions/09-scratch/image.ts")], bundle: true, write: false },
			...{ platform: "node", format: "cjs", external: ["#kernel"] },
		});
		const results = await play(`
			cat > /tmp/image.cjs <<'END'
${builder.outputFiles[0]?.text}
END
			node -e 'const { buildImage, gather } = require("/tmp/image.cjs");
				const files = { ...gather(["/usr/bin/ls"]), "/bin/ls": "/usr/bin/ls", "/bin/sh": "/lab/rootfs/bin/busybox" };
				buildImage("/tmp/image", files, ["/bin/ls", "/"]);'
			box run /tmp/image > /tmp/out; report "its own command" $?; report listed "$(xargs < /tmp/out)"
			box run /tmp/image /bin/sh -c 'exit 3'; report "a given command" $?
			box run /tmp/image sh -c 'exit 4'; report "a given command without a path" $?
			box run /tmp/image /bin/none 2> /tmp/null; report "a missing command" $?
			left left
		`);
		expect(results).toEqual({
			"its own command": "0",
			listed: "bin dev etc lib lib64 proc sys",
			"a given command": "3",
			"a given command without a path": "4",
			"a missing command": "127",
			left: "",
		});
	});

	test("two at once do not disturb each other; the next run removes what a killed one left", {
		timeout: TIMEOUT_MS,
	}, async () => {
		const results = await play(`
			box run /lab/rootfs sh -c 'echo one > /me; cat /me; ip -4 -o addr show eth0' > /tmp/one & one=$!
			box run /lab/rootfs sh -c 'echo two > /me; cat /me; ip -4 -o addr show eth0' > /tmp/two & two=$!
			wait $one; report one $?; wait $two; report two $?
			report files "$(head -qn1 /tmp/one /tmp/two | sort | xargs)"
			report addresses "$(cat /tmp/one /tmp/two | grep -o '10.88.0.[0-9]*/' | sort | xargs)"
			left "both, left"
			starts --publish 8080:80 /lab/rootfs sh -c "$UP"
			box run --publish 8080:80 /lab/rootfs true 2> /tmp/port; report "port taken" $?; report "port taken, stderr" "$(cat /tmp/port)"
			kill -KILL $box $shim $engine $outer $init; wait $box; report altogether $?
			report abandoned "$(ls -d /sys/fs/cgroup/box/*/ | wc -l)"
			box run /lab/rootfs true; report next $?; left "next, left"
		`);
		expect(results).toEqual({
			one: "0",
			two: "0",
			files: "one two",
			addresses: "10.88.0.2/ 10.88.0.3/",
			"both, left": "",
			"port taken": "125",
			"port taken, stderr": "box: port 8080 is taken: it leads to another container",
			altogether: "137",
			abandoned: "1",
			next: "0",
			"next, left": "",
		});
	});
});

// Expects that each box ends with this exit code, and leaves nothing behind.
const endings = (codes: Record<string, string>) =>
	Object.fromEntries(
		Object.entries(codes).flatMap(([name, code]) => [
			[name, code],
			[`${name}, left`, ""],
		]),
	);
