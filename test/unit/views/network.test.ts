import { expect, test } from "vitest";
import { networkOf } from "../../../harness/live/views/network.ts";
import { publishedBy, waysIn } from "../../../harness/live/views/ways.ts";
import { networkSeen, plainView, saidBy } from "../../support/seen.ts";

const demo = networkSeen();
/** Whether the port is published. Everything else is there by then. */
const isPublished = ({ view }: (typeof demo)[number]) =>
	view.host.networks?.[0]?.rules.some((rule) => rule.includes("dnat to"));
const published = demo.slice(0, demo.findIndex(isPublished) + 1);

test("lesson 08's demo, in sentences", () => {
	const said = saidBy(networkOf, demo);
	expect(said).toEqual(
		expect.arrayContaining([
			"There is a new network namespace, web; it has nothing but a loopback, and that is down.",
			"A cable joins the host and web: box-web here, eth0 there, and is plugged into the bridge box0.",
			"busybox listens on port 80 in web.",
			"A cable joins the host and world: world0 here, eth0 there.",
			"The network namespace web is gone.",
			"Port 8080 of the host is not published any more.",
		]),
	);
	expect(networkOf(published).said).toBe(
		"Port 8080 of the host is published: packets for it go to 10.88.0.2, port 80.",
	);
});

test("both ends of a cable know each other, and a bridge its ports", () => {
	const { places } = networkOf(published);
	expect(places.map(({ name, shells }) => [name, ...shells])).toEqual([
		["host", "host"],
		["web", "container"],
		["world"],
	]);
	const link = (place: string, name: string) =>
		places.find((one) => one.name === place)?.links.find((one) => one.name === name);
	expect(link("host", "box-web")).toMatchObject({ bridge: "box0", peer: { place: "web", link: "eth0" } });
	expect(link("web", "eth0")).toMatchObject({ addresses: ["10.88.0.2/24"], peer: { place: "host", link: "box-web" } });
	expect(link("world", "eth0")?.peer).toEqual({ place: "host", link: "world0" });
});

test("a packet's way goes through everything; where something is missing, that is said", () => {
	const { ways, places } = networkOf(published);
	const way = ["port 8080 of the host", "nft: now for 10.88.0.2:80", "box0, the bridge", "box-web", "eth0 in web"];
	expect(ways).toEqual([{ port: 8080, hops: [...way, "busybox, port 80"].map((what) => ({ what, holds: true })) }]);
	const missing = (change: (place: (typeof places)[number]) => object) => {
		const changed = places.map((place) => ({ ...place, ...change(place) }));
		return waysIn(changed)[0]?.hops.find(({ holds }) => !holds)?.what;
	};
	expect(missing(() => ({ listeners: [] }))).toBe("nobody listens on port 80");
	expect(missing(() => ({ forwarding: false }))).toBe("the host forwards nothing");
	expect(missing(() => ({ routes: [] }))).toBe("no route to 10.88.0.2");
	expect(missing(({ name, links }) => (name === "web" ? { links: [] } : { links }))).toBe("nobody has 10.88.0.2");
});

test.each([
	["tcp dport 80 dnat to 10.0.0.2", { port: 80, address: "10.0.0.2", to: 80 }],
	["fib daddr type local tcp dport 8080 dnat ip to 10.0.0.2:81", { port: 8080, address: "10.0.0.2", to: 81 }],
])("nft's rule %j publishes a port", (rule, port) => {
	expect(publishedBy([rule, rule, "masquerade"])).toEqual([port]);
});

test("an older recording knows names and addresses", () => {
	const { places, ways, said } = networkOf([{ atMs: 0, view: plainView }]);
	expect(places.map(({ name, links }) => [name, links.map((link) => link.name)])).toEqual([["host", ["lo"]]]);
	expect([ways, said]).toEqual([[], ""]);
	expect(networkOf([])).toEqual({ places: [], ways: [], said: "" });
});
