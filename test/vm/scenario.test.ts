import { afterAll, describe, expect, test } from "vitest";
import type {
	Call,
	HostState,
	Observation,
	Preparation,
	ProcessState,
	Readings,
	Step,
} from "../../harness/protocol/index.ts";
import { newMachinePool } from "../support/guest.ts";

// What a scenario can contain besides one container that waits for a line. The tests read the results from the kernel,
// from files and from sockets.

const machines = newMachinePool();
afterAll(() => machines.close());

interface Scenario {
	/** CommonJS. It can use `start(path, argv, env)`, which forks and executes, and all of `#kernel` as `k`. */
	code: string;
	calls: Record<string, Call>;
	steps: Step[];
	prepare?: Preparation[];
	readings?: Readings;
}

const PRELUDE = `
	const k = require("#kernel");
	const fs = require("node:fs");
	const start = (path, argv = path, env = process.env) => {
		const [program, args] = typeof path === "string" ? [path, argv] : [path[0], path];
		const pid = k.fork();
		if (pid === 0) k.execve(program, args, env);
		return pid;
	};
	const status = (pid) => k.waitpid(pid).status;
	exports.run = (argv) => status(start(argv));
`;

async function played({ code, prepare = [], readings = {}, ...run }: Scenario): Promise<Observation> {
	const { outcome } = await machines.play({ ...run, prepare, readings, code: PRELUDE + code, deadlineMs: 60_000 });
	if (outcome.kind === "lost") throw new Error(`the machine was lost: ${outcome.how} ${outcome.detail}`);
	return outcome.observation;
}

/** A shell that runs a script, in which `$0` is the token. */
const sh = (script: string, token: string): string[] => ["/bin/sh", "-c", script, token];

const WAITS = 'echo "$0"; read -r _';

function commandAt({ moments }: Observation, moment: string, call: string): ProcessState {
	const command = moments[moment]?.commands[call];
	if (command === undefined || command === null) throw new Error(`${call} has no command at ${moment}`);
	return command;
}

function fileIn({ trees }: HostState, tree: string, path: string) {
	return trees[tree]?.find((entry) => entry.path === path);
}

const endingOf = ({ calls }: Observation, call: string) => calls[call]?.ending;

describe.concurrent("a call", () => {
	test("enters the container that another one has started", async () => {
		const [outer, inner] = ["drydock-outer", "drydock-inner"];
		const seen = await played({
			code: `
				const inside = (enter, argv, started = () => {}) => {
					const child = k.fork();
					if (child !== 0) return status(child);
					enter();
					const pid = start(argv);
					started(pid);
					k._exit(status(pid) === 0 ? 0 : 1);
				};
				exports.run = (argv) => inside(() => {
					k.unshare(k.CLONE_NEWUTS | k.CLONE_NEWNS | k.CLONE_NEWPID);
					k.sethostname("entered");
				}, argv, (pid) => {
					fs.mkdirSync("/run/engine");
					fs.writeFileSync("/run/engine/pid", String(pid));
				});
				exports.enter = (argv) => inside(() => {
					const pid = fs.readFileSync("/run/engine/pid", "utf8");
					const fds = ["uts", "pid", "mnt"].map((kind) => fs.openSync("/proc/" + pid + "/ns/" + kind));
					for (const fd of fds) k.setns(fd, 0);
				}, argv);
			`,
			calls: {
				outer: { export: "run", args: [sh(WAITS, outer)], token: outer },
				inner: { export: "enter", args: [sh(WAITS, inner)], token: inner },
			},
			steps: [
				{ do: "call", call: "outer" },
				{ do: "call", call: "inner" },
				{ do: "look", as: "both" },
				{ do: "feed", call: "inner", last: true },
				{ do: "look", as: "one" },
				{ do: "feed", call: "outer", last: true },
			],
		});
		const [first, second] = [commandAt(seen, "both", "outer"), commandAt(seen, "both", "inner")];
		expect(second.pid).not.toBe(first.pid);
		expect(second.hostname).toBe("entered");
		for (const kind of ["uts", "mnt", "pid"]) {
			expect(second.namespaces[kind]).toBe(first.namespaces[kind]);
			expect(second.namespaces[kind]).not.toBe(seen.before.namespaces[kind]);
		}
		expect(second.namespaces["net"]).toBe(seen.before.namespaces["net"]);
		expect(seen.moments["one"]?.commands["inner"]).toBeNull();
		expect(commandAt(seen, "one", "outer").pid).toBe(first.pid);
		for (const call of ["outer", "inner"]) expect(endingOf(seen, call)).toEqual({ how: "returned", value: 0 });
		expect(seen.givenUp).toEqual([]);
	});

	test("has a terminal that is resized, interrupted and hung up", async () => {
		const token = "drydock-shell";
		const listed = ["ps", "-e", "-o", "tty=,pgid=,tpgid=,args="];
		// The terminal echoes what is typed. The quotes in a typed word distinguish it from the printed word.
		const seen = await played({
			code: `exports.shell = (name, env) =>
				status(start("/bin/bash", [name, "--norc", "--noediting", "-i"], { ...process.env, ...env }));`,
			prepare: [{ do: "directory", path: "/lab/sizes" }],
			calls: {
				shell: {
					...{ export: "shell", args: [token, { PS1: `${token}\\n` }], token },
					stdio: { terminal: { columns: 81, rows: 25 } },
				},
			},
			steps: [
				{ do: "call", call: "shell" },
				{ do: "feed", call: "shell", line: "stty size > /lab/sizes/first" },
				{ do: "feed", call: "shell", text: "trap 'stty size > /lab/sizes/second; echo resi\"\"zed' WINCH\n" },
				{ do: "feed", call: "shell", text: 'sleep 997 & echo re""ady; wait; kill %1\n' },
				{ do: "await", call: "shell", until: { prints: "ready" } },
				{ do: "await", call: "shell", until: "settled" },
				{ do: "resize", call: "shell", window: { columns: 120, rows: 40 } },
				{ do: "await", call: "shell", until: { prints: "resized" } },
				{ do: "feed", call: "shell", text: "sh -c 'echo fore\"\"ground; exec sleep 998'\n" },
				{ do: "await", call: "shell", until: { prints: "foreground" } },
				{ do: "await", call: "shell", until: "settled" },
				{ do: "look", as: "working" },
				{ do: "run", argv: listed, as: "working" },
				{ do: "feed", call: "shell", text: "\u0003" },
				{ do: "await", call: "shell", until: "settled" },
				{ do: "feed", call: "shell", text: 'echo $? > /lab/sizes/status; echo no""ted\n' },
				{ do: "await", call: "shell", until: { prints: "noted" } },
				{ do: "look", as: "interrupted" },
				{ do: "run", argv: listed, as: "interrupted" },
				{ do: "hangUp", call: "shell" },
				{ do: "await", call: "shell", until: "ended" },
				{ do: "look", as: "gone" },
			],
			readings: { files: { watch: ["/lab/sizes"] } },
		});
		const shell = commandAt(seen, "working", "shell");
		const terminal = shell.descriptors["0"] ?? "";
		expect(terminal).toMatch(/^\/dev\/pts\/\d+$/);
		expect(shell.engineDescriptors).toEqual({ "0": terminal, "1": terminal, "2": terminal });
		const sleeper = /^(\S+) +(\d+) +(\d+) sleep 998$/m.exec(seen.programs["working"]?.stdout ?? "");
		expect(sleeper?.[1]).toBe(terminal.slice("/dev/".length));
		// It belongs to the terminal's foreground process group.
		expect(sleeper?.[2]).toBe(sleeper?.[3]);
		const noted = (name: string) => fileIn(seen.after, "/lab/sizes", name)?.text;
		expect([noted("first"), noted("second")]).toEqual(["25 81\n", "40 120\n"]);
		// 128 + SIGINT
		expect(noted("status")).toBe("130\n");
		expect(seen.programs["interrupted"]?.stdout).not.toContain("sleep 998");
		expect(commandAt(seen, "interrupted", "shell").pid).toBe(shell.pid);
		expect(seen.moments["gone"]?.commands["shell"]).toBeNull();
		expect(endingOf(seen, "shell")).toEqual({ how: "exited", code: null, signal: "SIGHUP" });
		expect(seen.givenUp).toEqual([]);
	});

	test("serves until it is stopped, and answers an ordinary client", async () => {
		const [asked, signalled] = ["/run/asked.sock", "/run/signalled.sock"];
		const serves = (path: string): Call => ({
			...{ export: "serve", args: [path], token: `drydock-serves-${path}` },
			...{ asynchronous: true, until: { serves: { path } } },
		});
		const client = `const socket = require("node:net").connect(process.argv[1]);
			socket.pipe(process.stdout);
			socket.end("from outside");`;
		const seen = await played({
			code: `exports.serve = (path) => new Promise(() => {
				const server = require("node:net").createServer({ allowHalfOpen: true }, (socket) => {
					socket.on("data", (data) => socket.end(process.pid + " has read " + data));
					socket.on("end", () => socket.end());
					socket.on("error", () => {});
				});
				setTimeout(() => server.listen(path), 500);
			});`,
			calls: { asked: serves(asked), signalled: serves(signalled) },
			steps: [
				{ do: "call", call: "asked" },
				{ do: "call", call: "signalled" },
				{ do: "run", argv: ["node", "-e", client, asked], as: "client" },
				{ do: "stop", call: "asked" },
				{ do: "signal", call: "signalled", to: "engine", signals: ["SIGTERM"], as: "SIGTERM" },
				{ do: "run", argv: ["ss", "-Hxl"], as: "listeners" },
			],
		});
		expect(seen.programs["client"]).toMatchObject({
			code: 0,
			stdout: expect.stringMatching(/^\d+ has read from outside$/),
		});
		expect(seen.programs["listeners"]?.stdout).not.toContain(asked);
		expect(endingOf(seen, "asked")).toEqual({ how: "exited", code: null, signal: "SIGKILL" });
		expect(endingOf(seen, "signalled")).toEqual({ how: "exited", code: null, signal: "SIGTERM" });
		expect(seen.signals).toEqual({ SIGTERM: "ended" });
		expect(seen.givenUp).toEqual([]);
	});

	test("returns a promise of a server's answer", async () => {
		const fetches = (more: Partial<Call>): Call => ({
			...{ export: "fetch", args: ["/motd"], token: "drydock-none", asynchronous: true, until: "returns" },
			...more,
		});
		const seen = await played({
			code: `
				exports.fetch = (path) => new Promise((resolve, reject) => {
					require("node:http").get({ host: "127.0.0.1", port: 8080, path }, (response) => {
						if (response.statusCode !== 200) reject(new RangeError(String(response.statusCode)));
						else response.setEncoding("utf8").once("data", (text) => {
							fs.writeFileSync("/lab/fetched", text);
							resolve(text);
						});
					});
				});
				exports.drop = () => new Promise(() => {
					require("node:net").connect({ host: "127.0.0.1", port: 9 });
				});
			`,
			prepare: [
				{ do: "write", path: "/lab/www/motd", text: "served" },
				{ do: "serve", argv: ["busybox", "httpd", "-f", "-p", "8080", "-h", "/lab/www"], at: { port: 8080 } },
			],
			calls: {
				there: fetches({}),
				nowhere: fetches({ args: ["/nothing"] }),
				refused: fetches({ export: "drop" }),
				unawaited: fetches({ asynchronous: false }),
			},
			steps: ["there", "nowhere", "refused", "unawaited"].map((call) => ({ do: "call", call })),
			readings: { files: { watch: ["/lab"] } },
		});
		expect(endingOf(seen, "there")).toEqual({ how: "returned", value: "served" });
		expect(fileIn(seen.after, "/lab", "fetched")?.text).toBe("served");
		expect(endingOf(seen, "nowhere")).toMatchObject({ how: "threw", thrown: { name: "RangeError", message: "404" } });
		// No code handles the socket's error, so the error ends the program. The promise never settles.
		expect(endingOf(seen, "refused")).toMatchObject({
			how: "threw",
			thrown: { message: expect.stringContaining("ECONNREFUSED") },
		});
		expect(endingOf(seen, "unawaited")).toEqual({ how: "asynchronous" });
		expect(seen.givenUp).toEqual([]);
	});

	test("can be made by an unprivileged user", async () => {
		const [plain, mapped] = ["drydock-plain", "drydock-mapped"];
		const as = { uid: 1000, gid: 1001, groups: [27, 44] };
		const script = `echo mine > /lab/open/mine; echo no > /etc/x; ${WAITS}`;
		const seen = await played({
			code: `exports.map = (argv) => {
				const child = k.fork();
				if (child !== 0) return status(child);
				k.unshare(k.CLONE_NEWUSER);
				fs.writeFileSync("/proc/self/uid_map", "0 1000 1");
				k.execve(argv[0], argv);
			};`,
			prepare: [
				{ do: "directory", path: "/lab/open" },
				{ do: "run", argv: ["chmod", "777", "/lab/open"] },
			],
			calls: {
				plain: { export: "run", args: [sh(script, plain)], token: plain, as },
				mapped: { export: "map", args: [sh(WAITS, mapped)], token: mapped, as },
			},
			steps: [
				{ do: "call", call: "plain" },
				{ do: "call", call: "mapped" },
				{ do: "look", as: "then" },
				{ do: "feed", call: "plain", last: true },
				{ do: "feed", call: "mapped", last: true },
			],
			readings: { identity: {}, files: { watch: ["/lab/open", "/etc"] } },
		});
		const { credentials } = commandAt(seen, "then", "plain");
		expect(credentials.uids).toEqual([1000, 1000, 1000, 1000]);
		expect(credentials.gids).toEqual([1001, 1001, 1001, 1001]);
		expect(credentials.groups).toEqual([27, 44]);
		expect(BigInt(`0x${credentials.capabilities}`)).toBe(0n);
		expect(fileIn(seen.after, "/lab/open", "mine")).toMatchObject({ uid: 1000, gid: 1001, text: "mine\n" });
		expect(fileIn(seen.after, "/etc", "x")).toBeUndefined();
		// Every user may make a user namespace, and map their own user id there.
		expect(commandAt(seen, "then", "mapped").identity?.uidMap).toEqual([{ inside: 0, outside: 1000, length: 1 }]);
		expect(seen.givenUp).toEqual([]);
	});

	test("returns, and the processes that it left behind are found by its token", async () => {
		const token = "drydock-left";
		const seen = await played({
			code: `exports.leave = (argv) => {
				const child = k.fork();
				if (child === 0) {
					start(argv);
					k._exit(0);
				}
				return status(child);
			};`,
			calls: { leaves: { export: "leave", args: [sh(WAITS, token)], token, until: "returns" } },
			steps: [
				{ do: "call", call: "leaves" },
				{ do: "look", as: "left" },
			],
		});
		expect(endingOf(seen, "leaves")).toEqual({ how: "returned", value: 0 });
		const { pid, enginePid } = commandAt(seen, "left", "leaves");
		const task = seen.moments["left"]?.host.tasks.find((one) => one.pid === pid);
		expect(task).toMatchObject({ comm: "sh", ppid: 1 });
		expect(enginePid).not.toBe(pid);
		expect(seen.givenUp).toEqual([]);
	});

	test("starts no process, and is judged by its files", async () => {
		const seen = await played({
			code: `exports.build = ({ to }) => {
				fs.mkdirSync(to);
				fs.writeFileSync(to + "/file", "built", { mode: 0o640 });
				fs.symlinkSync("file", to + "/link");
				return to;
			};`,
			prepare: [{ do: "directory", path: "/lab" }],
			calls: { build: { export: "build", args: [{ to: "/lab/out" }], token: "drydock-none", until: "returns" } },
			steps: [
				{ do: "call", call: "build" },
				{ do: "look", as: "built" },
			],
			readings: { files: { watch: ["/lab/out"] } },
		});
		expect(endingOf(seen, "build")).toEqual({ how: "returned", value: "/lab/out" });
		expect(seen.before.trees["/lab/out"]).toBeNull();
		expect(seen.moments["built"]?.commands).toEqual({ build: null });
		expect(fileIn(seen.after, "/lab/out", "file")).toMatchObject({ kind: "file", mode: 0o640, text: "built" });
		expect(fileIn(seen.after, "/lab/out", "link")).toMatchObject({ kind: "symlink", text: "file" });
		expect(seen.givenUp).toEqual([]);
	});

	test("reports its end, however much it returns, or writes to its runner's descriptor for reports", async () => {
		const returns = (name: string): Call => ({ export: name, args: [], token: "drydock-none", until: "returns" });
		const seen = await played({
			code: `
				exports.long = () => Buffer.alloc(1 << 20);
				exports.floods = () => {
					for (let piece = 0; piece < 64; piece++) fs.writeSync(4, "x".repeat(1 << 16));
					fs.writeSync(4, "\\n");
					return "said";
				};
			`,
			calls: { long: returns("long"), floods: returns("floods") },
			steps: [
				{ do: "call", call: "long" },
				{ do: "call", call: "floods" },
			],
		});
		expect(endingOf(seen, "long")).toEqual({ how: "returned", value: "something long" });
		expect(endingOf(seen, "floods")).toEqual({ how: "returned", value: "said" });
		expect(seen.givenUp).toEqual([]);
	});

	test("has nothing to read or to write", async () => {
		const token = "drydock-nothing";
		const seen = await played({
			code: "",
			calls: { quiet: { export: "run", args: [sh("sleep 999; exit 3", token)], token, stdio: "none" } },
			steps: [
				{ do: "call", call: "quiet" },
				{ do: "look", as: "then" },
				{ do: "stop", call: "quiet" },
			],
		});
		const { descriptors, engineDescriptors } = commandAt(seen, "then", "quiet");
		const nothing = { "0": "/dev/null", "1": "/dev/null", "2": "/dev/null" };
		expect(descriptors).toMatchObject(nothing);
		expect(engineDescriptors).toEqual(nothing);
		// SIGKILL ended the command, as its wait status shows. The engine returned afterwards.
		expect(endingOf(seen, "quiet")).toEqual({ how: "returned", value: 9 });
		expect(seen.givenUp).toEqual([]);
	});
});
