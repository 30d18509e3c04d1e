import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Observation } from "../../harness/protocol/index.ts";
import { newMachinePool } from "../support/guest.ts";

// Compares the probe's readings with the output of other people's programs, about the same process at the same moment.
// unshare(1) makes the container, so none of our code runs in it.

const TOKEN = "drydock-oracle";
// The brackets keep pgrep from finding the shell that runs it.
const PID = `pid=$(pgrep -nf '[d]rydock-oracle')`;

const machines = newMachinePool();
let observation: Observation;

beforeAll(async () => {
	const code = `exports.run = (argv, env) => {
		const { execve, fork, waitpid } = require("#kernel");
		const pid = fork();
		if (pid === 0) execve("/usr/bin/unshare", argv, env);
		return waitpid(pid).status;
	}`;
	const namespaces = ["--uts", "--ipc", "--mount", "--pid", "--net", "--cgroup", "--fork", "--mount-proc"];
	const script = 'ip link set lo up; mount -t tmpfs -o size=1m mine /mnt; echo "$0"; read -r _; exit 0';
	// The token is in the environment, because unshare(1) stays as the parent: only the command may have it as an
	// argument.
	const argv = ["unshare", ...namespaces, "/bin/sh", "-c", 'exec /bin/sh -c "$SCRIPT" "$TOKEN"'];
	const env = { PATH: "/usr/sbin:/usr/bin", SCRIPT: script, TOKEN };
	const asks = (as: string, command: string) => ({
		...{ do: "run" as const, as },
		argv: ["sh", "-c", `${PID}; ${command}`],
	});
	const { outcome } = await machines.play({
		...{ prepare: [], code, readings: { network: {} } },
		calls: { box: { export: "run", args: [argv, env], token: TOKEN } },
		steps: [
			{ do: "call", call: "box" },
			{ do: "look", as: "during" },
			asks("lsns", "lsns --json --output NS,TYPE --task $pid"),
			asks("findmnt", "findmnt --json --list --task $pid --output TARGET,FSTYPE,PROPAGATION"),
			asks("status", "grep NSpid /proc/$pid/status"),
			{ do: "run", argv: ["ip", "-4", "-json", "address"], networkOf: "box", as: "ip" },
			{ do: "feed", call: "box", last: true },
		],
		// In an unlocked machine, the programs see the processes under the same pids as the probe.
		unlocked: true,
	});
	if (outcome.kind === "lost") throw new Error(`the machine was lost: ${outcome.how} ${outcome.detail}`);
	observation = outcome.observation;
});
afterAll(() => machines.close());

const answer = (program: string) => JSON.parse(observation.programs[program]?.stdout ?? "null");
const command = () => observation.moments["during"]?.commands["box"];

describe("the probe agrees with", () => {
	test("lsns about the namespaces", () => {
		const shown: { ns: number; type: string }[] = answer("lsns").namespaces;
		expect(shown.length).toBeGreaterThan(5);
		const links = shown.map(({ ns, type }) => [type, `${type}:[${ns}]`]);
		expect(command()?.namespaces).toMatchObject(Object.fromEntries(links));
	});

	test("findmnt about the mounts", () => {
		const shown: { target: string; fstype: string; propagation: string }[] = answer("findmnt").filesystems;
		const read = command()?.mounts.map(({ mountPoint, fstype, propagation }) => ({
			...{ target: mountPoint, fstype, propagation: propagation.length === 0 ? "private" : propagation.join() },
		}));
		expect(read).toEqual(expect.arrayContaining(shown));
		expect(read).toHaveLength(shown.length);
		expect(read).toContainEqual({ target: "/mnt", fstype: "tmpfs", propagation: "private" });
	});

	test("ip about the links and their addresses", () => {
		const shown: { ifname: string; flags: string[]; addr_info: { local: string; prefixlen: number }[] }[] =
			answer("ip");
		const read = command()?.network?.links.map(({ name, flags, addresses }) => ({ name, flags, addresses }));
		expect(read).toEqual(
			shown.map(({ ifname, flags, addr_info }) => ({
				...{ name: ifname, flags, addresses: addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`) },
			})),
		);
		expect(shown[0]?.flags).toContain("UP");
	});

	test("the kernel's own list of pids", () => {
		const shown = observation.programs["status"]?.stdout.trim().split("\t").slice(1).map(Number);
		expect(command()?.nsPids).toEqual(shown);
		expect(shown?.at(-1)).toBe(1);
	});
});
