import { expect, test } from "vitest";
import { networkOf } from "../../../../harness/live/views/network.ts";
import { packetPathsIn, publishedPorts } from "../../../../harness/live/views/packet-paths.ts";
import { latestChanges, networkSeen, plainView } from "../../../support/recorded-demos.ts";

const demo = networkSeen();
/** Whether the port is published. Everything else is there by then. */
const isPublished = ({ view }: (typeof demo)[number]) =>
	view.host.networks?.[0]?.rules.some((rule) => rule.includes("dnat to"));
const published = demo.slice(0, demo.findIndex(isPublished) + 1);

test("the view states each change of lesson 08's demo in a sentence", () => {
	const changes = latestChanges(networkOf, demo);
	expect(changes).toEqual(
		expect.arrayContaining([
			"There is a new network namespace, web; it has only a loopback link, which is down.",
			"A veth pair connects the host and web: box-web on the host, eth0 in web. box-web is a port of the bridge box0.",
			"busybox listens on port 80 in web.",
			"A veth pair connects the host and world: world0 on the host, eth0 in world.",
			"The network namespace web is gone.",
			"Port 8080 of the host is not published any more.",
		]),
	);
	expect(networkOf(published).latestChange).toBe(
		"Port 8080 of the host is published: packets for it go to 10.88.0.2, port 80.",
	);
});

test("each end of a veth pair names the other end, and each port its bridge", () => {
	const { namespaces } = networkOf(published);
	expect(namespaces.map(({ name, shells }) => [name, ...shells])).toEqual([
		["host", "host"],
		["web", "container"],
		["world"],
	]);
	const link = (namespace: string, name: string) =>
		namespaces.find((one) => one.name === namespace)?.links.find((one) => one.name === name);
	expect(link("host", "box-web")).toMatchObject({ bridge: "box0", peer: { namespace: "web", link: "eth0" } });
	expect(link("web", "eth0")).toMatchObject({
		addresses: ["10.88.0.2/24"],
		peer: { namespace: "host", link: "box-web" },
	});
	expect(link("world", "eth0")?.peer).toEqual({ namespace: "host", link: "world0" });
});

test("a packet's path names every hop from the host's port to the program, or the one that is missing", () => {
	const { packetPaths, namespaces } = networkOf(published);
	const way = [
		"port 8080 of the host",
		"nft: new destination 10.88.0.2:80",
		"box0, the bridge",
		"box-web",
		"eth0 in web",
	];
	expect(packetPaths).toEqual([
		{
			port: 8080,
			device: "box0",
			end: "web",
			hops: [...way, "busybox, port 80"].map((text) => ({ text, passes: true })),
		},
	]);
	const missing = (change: (place: (typeof namespaces)[number]) => object) => {
		const changed = namespaces.map((place) => ({ ...place, ...change(place) }));
		return packetPathsIn(changed)[0]?.hops.find(({ passes }) => !passes)?.text;
	};
	expect(missing(() => ({ listeners: [] }))).toBe("no program listens on port 80");
	expect(missing(() => ({ forwarding: false }))).toBe("the host does not forward packets");
	expect(missing(() => ({ routes: [] }))).toBe("no route to 10.88.0.2");
	expect(missing(({ name, links }) => (name === "web" ? { links: [] } : { links }))).toBe("no link has 10.88.0.2");
});

test.each([
	["tcp dport 80 dnat to 10.0.0.2", { port: 80, address: "10.0.0.2", containerPort: 80 }],
	[
		"fib daddr type local tcp dport 8080 dnat ip to 10.0.0.2:81",
		{ port: 8080, address: "10.0.0.2", containerPort: 81 },
	],
])("nft's rule %j publishes a port", (rule, port) => {
	expect(publishedPorts([rule, rule, "masquerade"])).toEqual([port]);
});

test("an older recording shows names and addresses", () => {
	const { namespaces, packetPaths, latestChange } = networkOf([{ atMs: 0, view: plainView }]);
	expect(namespaces.map(({ name, links }) => [name, links.map((link) => link.name)])).toEqual([["host", ["lo"]]]);
	expect([packetPaths, latestChange]).toEqual([[], ""]);
	expect(networkOf([])).toEqual({ namespaces: [], packetPaths: [], latestChange: "", changed: "" });
});
