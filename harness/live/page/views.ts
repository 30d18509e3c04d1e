import { drawAnswers } from "../drawings/answers.ts";
import { drawCapabilities } from "../drawings/capabilities.ts";
import { drawIdentity } from "../drawings/identity.ts";
import { drawLayers } from "../drawings/layers.ts";
import { drawLimits } from "../drawings/limits.ts";
import { drawMounts } from "../drawings/mounts.ts";
import { drawNamespaces } from "../drawings/namespaces.ts";
import { drawNetwork } from "../drawings/network.ts";
import { drawProcesses } from "../drawings/processes.ts";
import { drawTerminals } from "../drawings/terminals.ts";
import { drawVolumes } from "../drawings/volumes.ts";
import { answersOf } from "../views/answers.ts";
import { answersInWords } from "../views/answers-in-words.ts";
import { capabilitiesOf, hasCapabilitySets } from "../views/capabilities.ts";
import { capabilitiesInWords } from "../views/capabilities-in-words.ts";
import { isReadOf } from "../views/changes.ts";
import { identityOf } from "../views/identity.ts";
import { identityInWords } from "../views/identity-in-words.ts";
import { layersOf } from "../views/layers.ts";
import { layersInWords } from "../views/layers-in-words.ts";
import { limitsOf } from "../views/limits.ts";
import { limitsInWords } from "../views/limits-in-words.ts";
import { mountsOf } from "../views/mounts.ts";
import { mountsInWords } from "../views/mounts-in-words.ts";
import { namespacesOf } from "../views/namespaces.ts";
import { namespacesInWords } from "../views/namespaces-in-words.ts";
import { networkOf } from "../views/network.ts";
import { networkInWords } from "../views/network-in-words.ts";
import { processesOf } from "../views/processes.ts";
import { processesInWords } from "../views/processes-in-words.ts";
import { terminalsOf } from "../views/terminals.ts";
import { terminalsInWords } from "../views/terminals-in-words.ts";
import { volumesOf } from "../views/volumes.ts";
import { volumesInWords } from "../views/volumes-in-words.ts";
import { type Painter, painterOf } from "./views/painter.ts";

/** All views, in the order of their keys on the page of a demo that does not say which views it is about. */
export const PAINTERS: readonly Painter[] = [
	// Each question, with each shell's answer.
	painterOf("answers", "Two answers", answersOf, answersInWords, drawAnswers),
	// Which namespaces each process is in, and which processes share them.
	painterOf("namespaces", "Namespaces", namespacesOf, namespacesInWords, drawNamespaces),
	// The tree of processes, nested in their PID namespaces, with their pids inside and outside.
	painterOf("processes", "Processes", processesOf, processesInWords, drawProcesses),
	// What is mounted where, on the host and in the container, and what hides what.
	painterOf("mounts", "Mounts", mountsOf, mountsInWords, drawMounts),
	// What cgroups use, their limits, and what the kernel did at a limit.
	painterOf("limits", "Limits", limitsOf, limitsInWords, drawLimits, ({ host }) => host.memory !== null),
	// An overlay's layers: what each of them holds, and what is visible of it.
	painterOf("layers", "Layers", layersOf, layersInWords, drawLayers, ({ host }) => host.layers !== null),
	// Network namespaces, the veth pairs between them, and the path of a packet to a published port.
	painterOf("network", "Network", networkOf, networkInWords, drawNetwork, ({ host }) => host.networks !== null),
	// The id maps of a user namespace, and which user of the host each user of the container is.
	painterOf("identity", "Identity", identityOf, identityInWords, drawIdentity, (view) =>
		isReadOf(view, ({ identity }) => identity !== null),
	),
	// The capability sets of the container's shell, before and after the latest change.
	painterOf("capabilities", "Capabilities", capabilitiesOf, capabilitiesInWords, drawCapabilities, hasCapabilitySets),
	// Where a container has files that are not in its root, and where on the host these files are.
	painterOf("volumes", "Volumes", volumesOf, volumesInWords, drawVolumes, (view) =>
		isReadOf(view, ({ volumes }) => volumes !== null),
	),
	// The terminals, with their sessions, process groups and both ends.
	painterOf(
		"terminals",
		"Terminals",
		terminalsOf,
		terminalsInWords,
		drawTerminals,
		({ host }) => host.terminals !== null,
	),
];
