// Does not masquerade: looks for the world's network namespace, to give the world a route back to the containers.
// lesson: 08
// diagnosis: not-masqueraded
import { execFileSync } from "node:child_process";
import { openSync, readdirSync, readlinkSync } from "node:fs";
import { chain, connectWith, dnat, within } from "../../submissions/support/network.ts";

function placesOfNamespaces(): string[] {
	const named = attempt(() => readdirSync("/run/netns").map((name) => `/run/netns/${name}`)) ?? [];
	const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
	const open = pids.flatMap(
		(pid) => attempt(() => readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`)) ?? [],
	);
	const all = [...pids.map((pid) => `/proc/${pid}/ns/net`), ...open];
	return [...named, ...all.filter((path) => attempt(() => readlinkSync(path))?.startsWith("net:["))];
}

function attempt<T>(act: () => T): T | undefined {
	try {
		return act();
	} catch {
		return undefined;
	}
}

export const connect = connectWith({
	rules: (name, address, published) => {
		const own = readlinkSync("/proc/self/ns/net");
		const others = placesOfNamespaces().filter((path) => attempt(() => readlinkSync(path)) !== own);
		for (const path of others)
			attempt(() =>
				within(openSync(path, "r"), () =>
					execFileSync("sh", ["-c", "ip route add 10.88.0.0/24 dev $(ls /sys/class/net | grep ens)"], {
						stdio: "ignore",
					}),
				),
			);
		// By the number that the host knows the other end of its own cable's namespace by.
		attempt(() => execFileSync("ip", ["route", "add", "10.88.0.0/24", "netns", "0"], { stdio: "ignore" }));
		return `table ip ${name} {
${chain("prerouting", "prerouting", dnat(address, published))}
${chain("output", "output", dnat(address, published))}
}`;
	},
});
