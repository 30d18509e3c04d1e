import { describe, test } from "vitest";
import { drawAnswers } from "../../../../harness/live/drawings/answers.ts";
import { drawCapabilities } from "../../../../harness/live/drawings/capabilities.ts";
import { drawIdentity } from "../../../../harness/live/drawings/identity.ts";
import { drawLayers } from "../../../../harness/live/drawings/layers.ts";
import { drawLimits } from "../../../../harness/live/drawings/limits.ts";
import { drawMounts } from "../../../../harness/live/drawings/mounts.ts";
import { drawNamespaces } from "../../../../harness/live/drawings/namespaces.ts";
import { drawNetwork } from "../../../../harness/live/drawings/network.ts";
import { drawProcesses } from "../../../../harness/live/drawings/processes.ts";
import type { Drawing } from "../../../../harness/live/drawings/shapes.ts";
import type { Sheet } from "../../../../harness/live/drawings/sheet.ts";
import { drawTerminals } from "../../../../harness/live/drawings/terminals.ts";
import { drawVolumes } from "../../../../harness/live/drawings/volumes.ts";
import { answersOf } from "../../../../harness/live/views/answers.ts";
import { capabilitiesOf } from "../../../../harness/live/views/capabilities.ts";
import { identityOf } from "../../../../harness/live/views/identity.ts";
import { layersOf } from "../../../../harness/live/views/layers.ts";
import { limitsOf } from "../../../../harness/live/views/limits.ts";
import { mountsOf } from "../../../../harness/live/views/mounts.ts";
import { namespacesOf } from "../../../../harness/live/views/namespaces.ts";
import { networkOf } from "../../../../harness/live/views/network.ts";
import type { Past } from "../../../../harness/live/views/past.ts";
import { processesOf } from "../../../../harness/live/views/processes.ts";
import { terminalsOf } from "../../../../harness/live/views/terminals.ts";
import { volumesOf } from "../../../../harness/live/views/volumes.ts";
import { expectTidy, sheetOf, WIDTHS } from "../../../support/drawings.ts";
import { identitySeen, layersSeen, limitsSeen, networkSeen } from "../../../support/recorded-demos.ts";
import { viewsUpTo } from "../../../support/recorded-views.ts";
import { capabilitiesSeen } from "../../../support/seen-capabilities.ts";
import { terminalsSeen } from "../../../support/seen-terminals.ts";
import { volumesSeen } from "../../../support/seen-volumes.ts";

const machine = await viewsUpTo("host: lo up");

/** The pictures of a recording: one for each sentence, and the last one. */
function picturesOf<P extends { latestChange: string }>(pictureOf: (past: Past) => P, past: Past): P[] {
	const all = past.map((_, index) => pictureOf(past.slice(0, index + 1)));
	return all.filter(({ latestChange }, index) => latestChange !== all[index + 1]?.latestChange);
}

type Draw = (sheet: Sheet) => Drawing;
const drawn = <P extends { latestChange: string }>(
	pictureOf: (past: Past) => P,
	draw: (picture: P, sheet: Sheet) => Drawing,
	past: Past,
): Draw[] => picturesOf(pictureOf, past).map((picture) => (sheet) => draw(picture, sheet));

const drawings: [name: string, draws: Draw[]][] = [
	["answers", drawn(answersOf, drawAnswers, machine)],
	["namespaces", drawn(namespacesOf, drawNamespaces, machine)],
	["processes", drawn(processesOf, drawProcesses, machine)],
	["mounts", drawn(mountsOf, drawMounts, machine)],
	["limits", drawn(limitsOf, drawLimits, limitsSeen("limits"))],
	["limits of a processor", drawn(limitsOf, drawLimits, limitsSeen("slow"))],
	["layers", drawn(layersOf, drawLayers, layersSeen())],
	["network", drawn(networkOf, drawNetwork, networkSeen())],
	["identity", drawn(identityOf, drawIdentity, identitySeen("identity"))],
	["identity of a cook", drawn(identityOf, drawIdentity, identitySeen("cook"))],
	["capabilities", drawn(capabilitiesOf, drawCapabilities, (await capabilitiesSeen()).at(-1)?.past ?? [])],
	["volumes", drawn(volumesOf, drawVolumes, (await volumesSeen()).at(-1)?.past ?? [])],
	["terminals", drawn(terminalsOf, drawTerminals, (await terminalsSeen()).at(-1)?.past ?? [])],
];

describe.each(drawings)("%s: at every change in a recording, no text lies on another, and none is cut", (_, draws) => {
	test.each(WIDTHS)("%d units wide", (width) => {
		for (const draw of draws) expectTidy(draw(sheetOf(width)));
	});
});
