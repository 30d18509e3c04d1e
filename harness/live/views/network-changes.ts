import type { LinkPicture, NamespacePicture } from "./network-picture.ts";
import { publishedPorts } from "./packet-paths.ts";

/** The most important change from one moment's networks to another's; null if there is none. */
export function networkChange(before: readonly NamespacePicture[], now: readonly NamespacePicture[]): Change | null {
	const news = [
		...portChanges(before, now),
		...now.flatMap((namespace) => namespaceChanges(before.find(sameAs(namespace)), namespace)),
		...before
			.filter((namespace) => !now.some(sameAs(namespace)))
			.map((namespace) => ({ rank: 6, about: "", text: goneText(namespace) })),
	];
	return news.toSorted((one, other) => other.rank - one.rank)[0] ?? null;
}

export interface Change {
	/** The view's sentence states the news with the highest rank. */
	rank: number;
	text: string;
	/** What the text is about: `NAMESPACE`, `NAMESPACE/LINK` or `port NUMBER`; empty if this namespace or port is gone. */
	about: string;
}

const sameAs = (one: NamespacePicture) => (other: NamespacePicture) => one.namespace === other.namespace;

const namespaceText = (name: string) => (name === "host" || name === "container" ? `the ${name}` : name);

const whereText = (name: string) => (name === "host" ? "on the host" : `in ${namespaceText(name)}`);

function portChanges(before: readonly NamespacePicture[], now: readonly NamespacePicture[]): Change[] {
	const portsIn = (namespaces: readonly NamespacePicture[]) =>
		publishedPorts(namespaces.find(({ name }) => name === "host")?.rules ?? []);
	const [previous, current] = [portsIn(before), portsIn(now)];
	const isIn = (list: typeof previous, port: number) => list.some((one) => one.port === port);
	return [
		...current
			.filter(({ port }) => !isIn(previous, port))
			.map(({ port, address, containerPort }) => ({
				rank: 9,
				about: `port ${port}`,
				text: `Port ${port} of the host is published: packets for it go to ${address}, port ${containerPort}.`,
			})),
		...previous
			.filter(({ port }) => !isIn(current, port))
			.map(({ port }) => ({ rank: 7, about: "", text: `Port ${port} of the host is not published any more.` })),
	];
}

function namespaceChanges(previous: NamespacePicture | undefined, namespace: NamespacePicture): Change[] {
	const where = whereText(namespace.name);
	if (previous === undefined)
		return [...newNamespace(namespace), ...namespace.links.flatMap((link) => newVethPair(namespace, link))];
	const old = new Map(previous.links.map((link) => [link.name, link]));
	const oldPorts = previous.listeners.map(({ port }) => port);
	const gone = previous.links.filter(({ name }) => !namespace.links.some((link) => link.name === name));
	return [
		...namespace.listeners
			.filter(({ port }) => !oldPorts.includes(port))
			.map(({ port, program }) => ({
				rank: 5,
				about: namespace.name,
				text: `${program || "A program"} listens on port ${port} ${where}.`,
			})),
		...previous.listeners
			.filter(({ port }) => !namespace.listeners.some((one) => one.port === port))
			.map(({ port }) => ({
				rank: 2,
				about: namespace.name,
				text: `No program listens on port ${port} ${where} any more.`,
			})),
		...namespace.links.flatMap((link) => linkChanges(namespace, old.get(link.name), link)),
		...gone.map(({ name }) => ({ rank: 2, about: namespace.name, text: `The link ${name} ${where} is gone.` })),
		...(namespace.forwarding === previous.forwarding
			? []
			: [
					{
						rank: 1,
						about: namespace.name,
						text: `The kernel ${namespace.forwarding ? "now forwards packets" : "no longer forwards packets"} ${where}.`,
					},
				]),
		...[
			shellText(previous, namespace),
			isSame(namespace.routes, previous.routes) ? "" : `The routes ${where} have changed.`,
			isSame(namespace.rules, previous.rules) ? "" : `The rules of nft ${where} have changed.`,
		].flatMap((text) => (text === "" ? [] : [{ rank: 1, about: namespace.name, text }])),
	];
}

function shellText(previous: NamespacePicture, { name, shells }: NamespacePicture): string {
	const came = shells.find((shell) => !previous.shells.includes(shell));
	const left = previous.shells.find((shell) => !shells.includes(shell));
	const shell = came ?? left;
	if (shell === undefined) return "";
	const namespace = name === "host" ? "the host's network namespace" : `the network namespace ${name}`;
	return `The ${shell}'s shell ${came === undefined ? "has left" : "is in"} ${namespace}.`;
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

function newNamespace({ name, links }: NamespacePicture): Change[] {
	const bare = links.length === 1 && links[0]?.name === "lo" && !links[0].up;
	const has = bare ? "; it has only a loopback link, which is down" : "";
	return [{ rank: 4, about: name, text: `There is a new network namespace, ${name}${has}.` }];
}

function linkChanges(namespace: NamespacePicture, previous: LinkPicture | undefined, link: LinkPicture): Change[] {
	const where = whereText(namespace.name);
	const about = `${namespace.name}/${link.name}`;
	if (previous === undefined) {
		const kind = link.kind === "bridge" ? "bridge" : "link";
		return [
			{ rank: 3, about, text: `There is a new ${kind} ${where}, ${link.name}.` },
			...newVethPair(namespace, link),
		];
	}
	// The other end's namespace may have been seen later than this link.
	const joined = previous.peer === null && link.peer !== null;
	const added = link.addresses.filter((address) => !previous.addresses.includes(address));
	return [
		...(joined ? newVethPair(namespace, link) : []),
		...(added.length === 0 ? [] : [{ rank: 3, about, text: `${link.name} ${where} has the address ${added[0]}.` }]),
		...(link.up === previous.up
			? []
			: [{ rank: 2, about, text: `${link.name} ${where} is ${link.up ? "up" : "down"}.` }]),
	];
}

// A pair has two ends. Only an end on the host is reported, so a pair between two other namespaces is not.
function newVethPair({ name }: NamespacePicture, link: LinkPicture): Change[] {
	if (link.peer === null || name === link.peer.namespace) return [];
	const { peer } = link;
	const bridge = link.bridge === "" ? "" : ` ${link.name} is a port of the bridge ${link.bridge}.`;
	const ends = `${link.name} ${whereText(name)}, ${peer.link} ${whereText(peer.namespace)}`;
	const text = `A veth pair connects ${namespaceText(name)} and ${namespaceText(peer.namespace)}: ${ends}.${bridge}`;
	return name === "host" ? [{ rank: 8, about: peer.namespace, text }] : [];
}

function goneText({ name, links }: NamespacePicture): string {
	const pair = links.some(({ peer }) => peer !== null) ? ", and its veth pair is gone, too" : "";
	return `The network namespace ${name} is gone${pair}.`;
}
