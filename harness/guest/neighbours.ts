import { execFileSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { CLONE_NEWNET } from "../../native/constants.ts";
import { setns, unshare } from "../../native/namespaces.ts";
import type { Preparation } from "../protocol/index.ts";
import { inNamespaceAt } from "../readings/guest/namespaces.ts";
import { OWN_PROC } from "../readings/guest/paths.ts";

/**
 * Computers beside the guest's host. Each is a network namespace that only the agent has open. No process is in it and
 * no mount refers to it, so an exercise can send packets there, but cannot change anything there.
 */

type Neighbour = Extract<Preparation, { do: "neighbour" }>;

const made = new Map<string, number>();

/** Makes a neighbour, and a veth pair between it and the host. The neighbour becomes the host's default gateway. */
export function makeNeighbour({ name, link, hostAddress, address }: Neighbour): void {
	const namespace = newNetwork();
	const [gateway = ""] = address.split("/");
	ip(namespace, [
		`link add ${link} up type veth peer name ${link} netns ${OWN_PROC}/self/fd/3`,
		`address add ${hostAddress} dev ${link}`,
		`route add default via ${gateway}`,
	]);
	inNamespaceAt(`${OWN_PROC}/self/fd/${namespace}`, "net", () =>
		ip(namespace, [`address add ${address} dev ${link}`, `link set ${link} up`]),
	);
	made.set(name, namespace);
}

/** The path of a neighbour's network namespace; undefined if there is no such neighbour. */
export function networkOfNeighbour(name: string): string | undefined {
	const namespace = made.get(name);
	return namespace === undefined ? undefined : `${OWN_PROC}/self/fd/${namespace}`;
}

function newNetwork(): number {
	const home = openSync(`${OWN_PROC}/thread-self/ns/net`, "r");
	unshare(CLONE_NEWNET);
	const namespace = openSync(`${OWN_PROC}/thread-self/ns/net`, "r");
	setns(home, CLONE_NEWNET);
	closeSync(home);
	return namespace;
}

// A child process gets no descriptors but those in `stdio`. The namespace becomes its descriptor 3.
function ip(namespace: number, commands: readonly string[]): void {
	execFileSync("ip", ["-batch", "-"], {
		input: commands.join("\n"),
		stdio: ["pipe", "ignore", "pipe", namespace],
	});
}
