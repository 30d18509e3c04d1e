import { cgroupInspection } from "./cgroup.ts";
import { identityInspection } from "./identity.ts";
import type { HostState, ProcessState } from "./index.ts";
import { mountsInspection } from "./mounts.ts";
import { namespacesInspection } from "./namespaces.ts";
import { networkInspection } from "./network.ts";
import { overlayInspection } from "./overlay.ts";
import { rootInspection } from "./root.ts";
import { signalsInspection } from "./signals.ts";
import { type Row, SECTIONS } from "./subject.ts";
import { tasksInspection } from "./tasks.ts";
import { terminalInspection } from "./terminal.ts";
import { utsInspection } from "./uts.ts";

/** All subjects that `drydock inspect` shows. Those of one section are shown in this order. */
export const INSPECTIONS = [
	namespacesInspection,
	utsInspection,
	rootInspection,
	mountsInspection,
	tasksInspection,
	terminalInspection,
	cgroupInspection,
	networkInspection,
	overlayInspection,
	identityInspection,
	signalsInspection,
];

/** Rows under one heading. They compare the host with the container while the container's command runs. */
export interface Section {
	title: string;
	rows: Row[];
}

/**
 * Compares a command with the host that it runs on. Leaves out sections without rows, such as `network` if the lesson's
 * check does not read the networks.
 */
export function compareWithHost(host: HostState, container: ProcessState): Section[] {
	return SECTIONS.map((title) => ({
		title,
		rows: INSPECTIONS.flatMap((one) => (one.section === title ? one.rows(host, container) : [])),
	})).filter(({ rows }) => rows.length > 0);
}
