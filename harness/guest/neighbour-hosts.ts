import { execFileSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { CLONE_NEWNET } from "../../native/constants.ts";
import { setns, unshare } from "../../native/namespaces.ts";
import type { Preparation } from "../protocol/index.ts";
import { inNamespaceAt } from "../readings/guest/namespaces.ts";
import { AGENT_PROC } from "../readings/guest/paths.ts";

/**
 * Computers beside the harbour. Each is a network namespace that only the agent has open. No process is in it and
 * no mount refers to it, so an exercise can send packets there, but cannot change anything there.
 */

type NeighbourHost = Extract<Preparation, { do: "neighbour" }>;

const networkNamespaces = new Map<string, number>();

/**
 * Makes a neighbour, and a veth pair between it and the harbour. The neighbour becomes the harbour's default gateway.
 */
export function makeNeighbourHost({ name, link, hostAddress, address }: NeighbourHost): void {
	const namespace = newNetworkNamespace();
	const [gateway = ""] = address.split("/");
	runIpCommands(namespace, [
		`link add ${link} up type veth peer name ${link} netns ${AGENT_PROC}/self/fd/3`,
		`address add ${hostAddress} dev ${link}`,
		`route add default via ${gateway}`,
	]);
	inNamespaceAt(`${AGENT_PROC}/self/fd/${namespace}`, "net", () =>
		runIpCommands(namespace, [`address add ${address} dev ${link}`, `link set ${link} up`]),
	);
	networkNamespaces.set(name, namespace);
}

/** The path of a neighbour's network namespace; undefined if there is no such neighbour. */
export function networkOfNeighbourHost(name: string): string | undefined {
	const namespace = networkNamespaces.get(name);
	return namespace === undefined ? undefined : `${AGENT_PROC}/self/fd/${namespace}`;
}

function newNetworkNamespace(): number {
	const ownNamespace = openSync(`${AGENT_PROC}/thread-self/ns/net`, "r");
	unshare(CLONE_NEWNET);
	const namespace = openSync(`${AGENT_PROC}/thread-self/ns/net`, "r");
	setns(ownNamespace, CLONE_NEWNET);
	closeSync(ownNamespace);
	return namespace;
}

// A child process gets no descriptors but those in `stdio`. The namespace becomes its descriptor 3.
function runIpCommands(namespace: number, commands: readonly string[]): void {
	execFileSync("ip", ["-batch", "-"], {
		input: commands.join("\n"),
		stdio: ["pipe", "ignore", "pipe", namespace],
	});
}
