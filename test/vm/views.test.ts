import { afterAll, beforeAll, expect, test } from "vitest";
import { findLesson } from "../../harness/judge/lessons.ts";
import { DemoInMachine } from "../../harness/live/demo-in-machine.ts";
import type { DemoEvent, ShellName } from "../../harness/live/events.ts";
import { loadForStage } from "../../harness/live/loaded-demo.ts";
import { identityOf } from "../../harness/live/views/identity.ts";
import { layersOf } from "../../harness/live/views/layers.ts";
import { limitsOf } from "../../harness/live/views/limits.ts";
import { networkOf } from "../../harness/live/views/network.ts";
import type { Moment } from "../../harness/live/views/past.ts";
import type { ViewName } from "../../harness/protocol/index.ts";
import { newMachinePool } from "../support/guest.ts";

const SIZE = { columns: 80, rows: 24 };
const PATIENCE = { timeout: 60_000 };
const BOX = "/sys/fs/cgroup/box";

const machines = newMachinePool();
beforeAll(() => machines.makeReady());
afterAll(() => machines.close());

/** Opens a demo with these views. @returns the views so far, and a function that types into its shells */
async function opened(views: ViewName[]) {
	const loaded = await loadForStage(await findLesson("02"), SIZE);
	const past: Moment[] = [];
	const hear = (event: DemoEvent) => {
		if (event.type === "view") past.push(event);
	};
	const demo = await DemoInMachine.open(
		{ ...loaded, script: { ...loaded.script, views } },
		machines.beginStage.bind(machines),
		hear,
	);
	return { demo, past, type: (shell: ShellName, line: string) => demo.type(shell, `${line}\r`) };
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
	expect(past.at(-1)?.view.shells["host"]?.identity).toBe(null);
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
