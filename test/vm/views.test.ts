import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findLesson } from "../../harness/judge/lessons.ts";
import type { DemoEvent, ShellName } from "../../harness/live/events.ts";
import { DemoInMachine } from "../../harness/live/machine/demo-in-machine.ts";
import { loadForStage } from "../../harness/live/machine/loaded-demo.ts";
import { identityOf } from "../../harness/live/views/identity.ts";
import { layersOf } from "../../harness/live/views/layers.ts";
import { limitsOf } from "../../harness/live/views/limits.ts";
import { networkOf } from "../../harness/live/views/network.ts";
import type { Moment } from "../../harness/live/views/past.ts";
import type { ViewName } from "../../harness/protocol/index.ts";
import { IP_COMMANDS, parseNetwork } from "../../harness/readings/guest/ip-command.ts";
import { newMachinePool } from "../support/guest.ts";

const SIZE = { columns: 80, rows: 24 };
const PATIENCE = { timeout: 60_000 };
const BOX = "/sys/fs/cgroup/box";

const machines = newMachinePool();
beforeAll(() => machines.makeReady());
afterAll(() => machines.close());

/** Opens a demo with these views. @returns the views and the output so far, and a function that types into its shells */
async function opened(views: ViewName[]) {
	const loaded = await loadForStage(await findLesson("02"), SIZE);
	const past: Moment[] = [];
	const printed: string[] = [];
	const hear = (event: DemoEvent) => {
		if (event.type === "view") past.push(event);
		if (event.type === "output") printed.push(event.data);
	};
	const demo = await DemoInMachine.open(
		{ ...loaded, script: { ...loaded.script, views } },
		machines.beginStage.bind(machines),
		hear,
	);
	return { demo, past, printed, type: (shell: ShellName, line: string) => demo.type(shell, `${line}\r`) };
}

test("additional readings are made only if a view asks for them", async () => {
	const { demo, past, type } = await opened(["answers", "mounts"]);
	await type("host", "hostname other");
	await expect.poll(() => past.at(-1)?.view.host.hostname, PATIENCE).toBe("other");
	expect(past.at(-1)?.view.host).toMatchObject({
		limits: {},
		memory: null,
		layers: null,
		networks: null,
		network: null,
	});
	// A shell is not read while its command ends.
	await expect.poll(() => past.at(-1)?.view.shells["host"]?.identity, PATIENCE).toBe(null);
	await demo.close();
});

test("limits, layers, networks and id maps are read when they appear", async () => {
	const { demo, past, type } = await opened(["limits", "layers", "network", "identity"]);
	const saying = (view: (past: readonly Moment[]) => { latestChange: string }, text: string) =>
		expect
			.poll(() => past.map((_, index) => view(past.slice(0, index + 1)).latestChange), { ...PATIENCE, interval: 500 })
			.toContainEqual(expect.stringContaining(text));

	await type("host", `echo +memory > ${BOX}/cgroup.subtree_control; mkdir ${BOX}/a; echo 8M > ${BOX}/a/memory.max`);
	await saying(limitsOf, "The cgroup /box/a may use at most 8 MiB.");
	await type("host", `sh -c 'echo 0 > ${BOX}/a/cgroup.procs; dd if=/dev/zero of=/dev/null bs=32M count=1'`);
	await saying(limitsOf, "its cgroup has reached its limit of 8 MiB");

	await type("host", "mkdir -p /tmp/o/l /tmp/o/u /tmp/o/w /tmp/o/m; cd /tmp/o; echo x | tee l/one l/two");
	await type("host", "mount -t overlay o -o lowerdir=l,upperdir=u,workdir=w m");
	await saying(layersOf, "An overlay is mounted at /tmp/o/m");
	await type("host", "rm m/one; echo y >> m/two; echo z > m/three");
	await expect
		.poll(() => layersOf(past).overlays[0]?.rows.map(({ path, upper, from }) => [path, upper, from]), PATIENCE)
		.toEqual([
			["one", "whiteout", null],
			["three", "new", "upper"],
			["two", "copied up", "upper"],
		]);

	await type(
		"host",
		"ip netns add n; ip link add v up type veth peer name p netns n; busybox nc -l -p 77 < /dev/null & ip netns exec n sh",
	);
	await saying(networkOf, "A veth pair connects the host and n: v on the host, p in n.");
	await expect
		.poll(() => networkOf(past).namespaces.find(({ name }) => name === "host")?.listeners[0]?.port, PATIENCE)
		.toBe(77);

	await type("container", "unshare --user --map-root-user sh");
	await expect
		.poll(() => identityOf(past).maps[0]?.ranges, PATIENCE)
		.toEqual([{ inside: { first: 0, last: 0 }, outside: { first: 0, last: 0 } }]);
	await demo.close();
});

test("volumes and terminals are read when they appear", async () => {
	const { demo, past, type } = await opened(["volumes", "terminals"]);
	const now = () => past.at(-1)?.view;
	await expect.poll(() => now()?.host.terminals?.users.length, PATIENCE).toBeGreaterThan(1);
	const users = now()?.host.terminals?.users ?? [];
	for (const shell of ["host", "container"]) {
		const pid = now()?.shells[shell]?.shell ?? 0;
		const user = users.find((one) => one.pid === pid);
		expect(user).toMatchObject({ session: pid, foreground: pid, open: [{ end: "slave" }] });
		const [end] = user?.open ?? [];
		const settings = now()?.host.terminals?.settings.find(({ number }) => number === end?.number);
		// The shell's line editor reads key by key, and writes the echo itself.
		expect(settings).toMatchObject({ rows: 24, columns: 80, set: ["ISIG"], device: end?.device });
	}
	await type("host", "mkdir /tmp/data; echo x > /tmp/data/note; mount --bind /tmp/data /mnt");
	await expect.poll(() => now()?.shells["host"]?.volumes?.map(({ names }) => names), PATIENCE).toEqual([["note"]]);
	const box = "box run -it -v /tmp/data:/data:ro -v kept:/etc --tmpfs /scratch /lab/rootfs sh";
	await type("container", box);
	const inside = () => now()?.shells["container"];
	await expect
		.poll(() => {
			const { volumes, mounts } = inside() ?? {};
			return volumes?.map(({ mount, ...rest }) => [mounts?.find(({ id }) => id === mount)?.mountPoint, rest]);
		}, PATIENCE)
		.toEqual([
			["/data", { names: ["note"], namesOfImage: [], more: false }],
			["/etc", { names: ["group", "passwd"], namesOfImage: ["group", "passwd"], more: false }],
			["/scratch", { names: [], namesOfImage: [], more: false }],
		]);
	// What is typed is for the command, and not for the engine, which only copies.
	await expect
		.poll(inside, PATIENCE)
		.toMatchObject({ listens: true, arguments: ["/bin/sh"], nsPids: [expect.anything(), 2] });
	const pid = inside()?.pid;
	const terminals = now()?.host.terminals;
	const own = terminals?.users.find((user) => user.pid === pid);
	expect(own).toMatchObject({
		session: pid,
		group: pid,
		foreground: pid,
		controlling: "136:0",
		open: [{ end: "slave" }],
	});
	const device = own?.open[0]?.device;
	const holders = terminals?.users.filter(({ open }) =>
		open.some((end) => end.device === device && end.end === "master"),
	);
	expect(holders).toMatchObject([{ session: inside()?.shell, open: [{}, { number: "136:0" }] }]);
	const callers = holders?.[0]?.controlling;
	expect(terminals?.settings.find((one) => one.number === callers && one.device !== device)?.set).toEqual([]);
	await demo.close();
});

test("the network view's links, routes and rules are those that ip and nft show", async () => {
	const { demo, past, printed, type } = await opened(["network"]);
	const changes = [
		"link add br0 up type bridge stp_state 1 forward_delay 200; ip link add v0 up master br0 type veth peer name v1",
		"link add d0 up type dummy; ip link add link d0 name d0.7 type vlan id 7; ip link set v1 up",
		"address add 10.1.0.1/24 dev d0; ip address add 10.1.0.2/24 dev d0; ip -6 address add fd00::1/64 dev d0",
		"route add default via 10.1.0.9; ip route add unreachable 10.2.0.0/16; ip route add 10.3.0.1 dev br0",
		"route add 10.4.0.0/16 nexthop via 10.1.0.7 nexthop via 10.1.0.8; ip route add 10.5.0.0/16 dev d0 table 77",
	];
	for (const change of changes) await type("host", `ip ${change}`);
	// With the spanning tree protocol, br0 has a carrier only after twice the delay, and then gets one more address.
	await type("host", 'until [ "$(cat /sys/class/net/br0/carrier)" = 1 ]; do sleep 0.1; done');
	await type("host", "nft add table ip a; nft add chain ip a b; sysctl -w net.ipv4.ip_forward=1; echo do''ne");
	await expect.poll(() => printed.join(""), PATIENCE).toMatch(/^done\r$/m);
	printed.length = 0;
	await type(
		"host",
		`printf '${IP_COMMANDS.replaceAll("\n", "\\n")}' | ip -json -details -batch -; nft list ruleset; echo do''ne`,
	);
	await expect.poll(() => printed.join(""), PATIENCE).toMatch(/^done\r$/m);
	const plain = stripVTControlCharacters(printed.join("")).replaceAll("\r", "");
	const [, text = ""] = /^(\[.*)^done$/ms.exec(plain) ?? [];
	const shown = parseNetwork(text).network;
	expect(shown.links.map(({ name }) => name).sort()).toEqual(["br0", "d0", "d0.7", "lo", "v0", "v1"]);
	const known = /^(LOOPBACK|BROADCAST|POINTOPOINT|MULTICAST|NOARP|UP|LOWER_UP)$/;
	await expect
		.poll(() => past.at(-1)?.view.host.networks?.[0], PATIENCE)
		.toMatchObject({
			links: shown.links.map((link) => ({ ...link, flags: link.flags.filter((flag) => known.test(flag)) })),
			routes: shown.routes,
			rules: shown.rules,
			forwarding: true,
		});
	await demo.close();
});
