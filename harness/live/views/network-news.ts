import type { LinkPicture, Place } from "./place-picture.ts";
import { publishedBy } from "./ways.ts";

/** Tells the most important change from one moment's networks to another's, in one sentence. */
export function saidOf(before: readonly Place[], now: readonly Place[]): string {
	const news = [
		...saidOfPorts(before, now),
		...now.flatMap((place) => saidOfPlace(before.find(sameAs(place)), place)),
		...before.filter((place) => !now.some(sameAs(place))).map((place) => ({ rank: 6, said: saidOfGone(place) })),
	];
	return news.toSorted((one, other) => other.rank - one.rank)[0]?.said ?? "";
}

interface News {
	/** The news with the highest rank is told. */
	rank: number;
	said: string;
}

const sameAs = (one: Place) => (other: Place) => one.namespace === other.namespace;

const called = (name: string) => (name === "host" || name === "container" ? `the ${name}` : name);

const inPlace = (name: string) => (name === "host" ? "on the host" : `in ${called(name)}`);

function saidOfPorts(before: readonly Place[], now: readonly Place[]): News[] {
	const rulesOf = (places: readonly Place[]) => publishedBy(places.find(({ name }) => name === "host")?.rules ?? []);
	const [was, is] = [rulesOf(before), rulesOf(now)];
	const isIn = (list: typeof was, port: number) => list.some((one) => one.port === port);
	return [
		...is
			.filter(({ port }) => !isIn(was, port))
			.map(({ port, address, to }) => ({
				rank: 9,
				said: `Port ${port} of the host is published: packets for it go to ${address}, port ${to}.`,
			})),
		...was
			.filter(({ port }) => !isIn(is, port))
			.map(({ port }) => ({ rank: 7, said: `Port ${port} of the host is not published any more.` })),
	];
}

function saidOfPlace(was: Place | undefined, place: Place): News[] {
	const where = inPlace(place.name);
	if (was === undefined) return [...saidOfNew(place), ...place.links.flatMap((link) => saidOfCable(place, link))];
	const old = new Map(was.links.map((link) => [link.name, link]));
	const ports = was.listeners.map(({ port }) => port);
	const gone = was.links.filter(({ name }) => !place.links.some((link) => link.name === name));
	return [
		...place.listeners
			.filter(({ port }) => !ports.includes(port))
			.map(({ port, program }) => ({
				rank: 5,
				said: `${program || "A program"} listens on port ${port} ${where}.`,
			})),
		...was.listeners
			.filter(({ port }) => !place.listeners.some((one) => one.port === port))
			.map(({ port }) => ({ rank: 2, said: `Nobody listens on port ${port} ${where} any more.` })),
		...place.links.flatMap((link) => saidOfLink(place, old.get(link.name), link)),
		...gone.map(({ name }) => ({ rank: 2, said: `The link ${name} ${where} is gone.` })),
		...(place.forwarding === was.forwarding
			? []
			: [
					{
						rank: 1,
						said: `The kernel ${place.forwarding ? "now forwards packets" : "forwards packets no more"} ${where}.`,
					},
				]),
		...[
			saidOfShell(was, place),
			isSame(place.routes, was.routes) ? "" : `There are other routes ${where}.`,
			isSame(place.rules, was.rules) ? "" : `There are other rules of nft ${where}.`,
		].flatMap((said) => (said === "" ? [] : [{ rank: 1, said }])),
	];
}

function saidOfShell(was: Place, { name, shells }: Place): string {
	const came = shells.find((shell) => !was.shells.includes(shell));
	const left = was.shells.find((shell) => !shells.includes(shell));
	const shell = came ?? left;
	if (shell === undefined) return "";
	const namespace = name === "host" ? "the host's network namespace" : `the network namespace ${name}`;
	return `The ${shell}'s shell ${came === undefined ? "has left" : "is in"} ${namespace}.`;
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

function saidOfNew({ name, links }: Place): News[] {
	const bare = links.length === 1 && links[0]?.name === "lo" && !links[0].up;
	const has = bare ? "; it has nothing but a loopback, and that is down" : "";
	return [{ rank: 4, said: `There is a new network namespace, ${name}${has}.` }];
}

function saidOfLink(place: Place, was: LinkPicture | undefined, link: LinkPicture): News[] {
	const where = inPlace(place.name);
	if (was === undefined) {
		const kind = link.kind === "bridge" ? "bridge" : "link";
		return [{ rank: 3, said: `There is a new ${kind} ${where}, ${link.name}.` }, ...saidOfCable(place, link)];
	}
	// The other end's namespace may have been seen later than this link.
	const joined = was.peer === null && link.peer !== null;
	const added = link.addresses.filter((address) => !was.addresses.includes(address));
	return [
		...(joined ? saidOfCable(place, link) : []),
		...(added.length === 0 ? [] : [{ rank: 3, said: `${link.name} ${where} has the address ${added[0]}.` }]),
		...(link.up === was.up ? [] : [{ rank: 2, said: `${link.name} ${where} is ${link.up ? "up" : "down"}.` }]),
	];
}

// Of a cable's two ends, only the host's tells of it.
function saidOfCable({ name }: Place, link: LinkPicture): News[] {
	if (link.peer === null || name === link.peer.place) return [];
	const plugged = link.bridge === "" ? "" : `, and is plugged into the bridge ${link.bridge}`;
	const said = `A cable joins ${called(name)} and ${called(link.peer.place)}: ${link.name} here, ${link.peer.link} there${plugged}.`;
	return name === "host" ? [{ rank: 8, said }] : [];
}

function saidOfGone({ name, links }: Place): string {
	const cable = links.some(({ peer }) => peer !== null) ? ", and the cable went with it" : "";
	return `The network namespace ${name} is gone${cable}.`;
}
