import type { NetworkNamespace } from "../../protocol/index.ts";
import type { KernelState } from "../events.ts";
import { latestTwo } from "./changes.ts";
import { networkChange } from "./network-changes.ts";
import type { LinkPicture, NamespacePicture } from "./network-picture.ts";
import { type PacketPath, packetPathsIn } from "./packet-paths.ts";
import type { Past, Picture } from "./past.ts";

export interface NetworkPicture extends Picture {
	/** The network namespaces, the host's first. */
	namespaces: NamespacePicture[];
	/** How a packet gets from each published port of the host to the program that listens. */
	packetPaths: PacketPath[];
	/** What the sentence on the latest change is about: `NAMESPACE`, `NAMESPACE/LINK`, or `port NUMBER`; or empty. */
	changed: string;
}

/** The network namespaces, the veth pairs between them, and the path of a packet to each published port. */
export function networkOf(past: Past): NetworkPicture {
	// Leaves out views that lack a shell's state: there, the shell would seem to have left its network namespace.
	const whole = past.filter(({ view }) => Object.values(view.shells).every((shell) => shell !== null));
	const { now, before } = latestTwo(whole, ({ view }) => namespacesIn(view));
	if (now === null) return { namespaces: [], packetPaths: [], latestChange: "", changed: "" };
	const change = before === null ? null : networkChange(before, now);
	return {
		namespaces: now,
		packetPaths: packetPathsIn(now),
		latestChange: change?.text ?? "",
		changed: change?.about ?? "",
	};
}

function namespacesIn(view: KernelState): NamespacePicture[] {
	// A view without the networks has some properties of the links of the host and the shells: shows these instead.
	const nets = view.host.networks?.length ? view.host.networks : namespacesOfShells(view);
	const names = new Map(nets.map((net) => [net.namespace, namespaceLabel(net, view)]));
	return nets.map((net) => ({
		name: names.get(net.namespace) ?? "",
		shells: shellsIn(view, net.namespace),
		namespace: net.namespace,
		links: net.links.map((link) => ({
			name: link.name,
			kind: link.kind,
			up: link.flags.includes("UP"),
			addresses: link.addresses,
			bridge: link.master,
			peer: peerOf(net, link.name, nets, names),
		})),
		gateway: net.routes.find(({ destination }) => destination === "default")?.via ?? "",
		forwarding: net.forwarding,
		// A program may listen on one port twice, for IPv4 and for IPv6. The port is shown once.
		listeners: net.listeners.filter(
			({ port }, index) => net.listeners.findIndex((other) => other.port === port) === index,
		),
		routes: net.routes,
		rules: net.rules,
	}));
}

const shellsIn = ({ shells }: KernelState, namespace: string) =>
	Object.entries(shells).flatMap(([name, shell]) => (shell?.namespaces["net"] === namespace ? [name] : []));

function namespaceLabel({ namespace, name }: NetworkNamespace, view: KernelState): string {
	if (view.host.namespaces["net"] === namespace) return "host";
	if (name !== "") return name;
	return shellsIn(view, namespace).includes("container") ? "container" : namespace.replace(/^net:/, "");
}

// Each end of a veth pair has the other end's interface index, as it is in the other end's namespace.
function peerOf(
	net: NetworkNamespace,
	link: string,
	nets: readonly NetworkNamespace[],
	names: Map<string, string>,
): LinkPicture["peer"] {
	const mine = net.indices[link];
	if (mine === undefined || net.links.find(({ name }) => name === link)?.kind !== "veth") return null;
	for (const other of nets) {
		for (const { name, kind } of other.links) {
			const theirs = other.indices[name];
			const fits = kind === "veth" && theirs?.own === mine.peer && theirs.peer === mine.own;
			if (fits && (other !== net || name !== link)) return { namespace: names.get(other.namespace) ?? "", link: name };
		}
	}
	return null;
}

// Views without the networks have only the names, states and addresses of links. Such views are in older recordings,
// and in demos that do not ask for the networks.
function namespacesOfShells({ host, shells }: KernelState): NetworkNamespace[] {
	const states = [host, ...Object.values(shells).filter((shell) => shell !== null)];
	const byNamespace = new Map(states.toReversed().map((state) => [state.namespaces["net"] ?? "", state]));
	return [...byNamespace].toReversed().map(([namespace, { links }]) => ({
		...{ namespace, name: "", routes: [], further: [], peers: [], rules: [] },
		...{ forwarding: false, indices: {}, listeners: [] },
		links: links.map(({ name, up, addresses }) => ({
			...{ name, kind: "", master: "", portState: "", spanningTree: false, flags: up ? ["UP"] : [] },
			addresses: addresses.filter((address) => !address.includes(":")),
		})),
	}));
}
