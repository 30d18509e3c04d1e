import { describe, test } from "vitest";
import { drawAnswers } from "../../../../harness/live/drawings/answers.ts";
import { drawIdentity } from "../../../../harness/live/drawings/identity.ts";
import { drawLayers } from "../../../../harness/live/drawings/layers.ts";
import { drawLimits } from "../../../../harness/live/drawings/limits.ts";
import { drawMounts } from "../../../../harness/live/drawings/mounts.ts";
import { drawNamespaces } from "../../../../harness/live/drawings/namespaces.ts";
import { drawNetwork } from "../../../../harness/live/drawings/network.ts";
import { drawProcesses } from "../../../../harness/live/drawings/processes.ts";
import type { Drawing } from "../../../../harness/live/drawings/shapes.ts";
import type { Sheet } from "../../../../harness/live/drawings/sheet.ts";
import { answersOf } from "../../../../harness/live/views/answers.ts";
import { identityOf } from "../../../../harness/live/views/identity.ts";
import { layersOf } from "../../../../harness/live/views/layers.ts";
import { limitsOf } from "../../../../harness/live/views/limits.ts";
import { mountsOf } from "../../../../harness/live/views/mounts.ts";
import { namespacesOf } from "../../../../harness/live/views/namespaces.ts";
import { networkOf } from "../../../../harness/live/views/network.ts";
import type { Past } from "../../../../harness/live/views/past.ts";
import { processesOf } from "../../../../harness/live/views/processes.ts";
import { expectTidy, sheetOf, WIDTHS } from "../../../support/drawings.ts";
import { identitySeen, layersSeen, limitsSeen, networkSeen } from "../../../support/recorded-demos.ts";
import { viewsUpTo } from "../../../support/recorded-views.ts";

const machine = await viewsUpTo("host: lo up");

const drawings: [name: string, past: Past, draw: (past: Past, sheet: Sheet) => Drawing][] = [
	["answers", machine, (past, sheet) => drawAnswers(answersOf(past), sheet)],
	["namespaces", machine, (past, sheet) => drawNamespaces(namespacesOf(past), sheet)],
	["processes", machine, (past, sheet) => drawProcesses(processesOf(past), sheet)],
	["mounts", machine, (past, sheet) => drawMounts(mountsOf(past), sheet)],
	["limits", limitsSeen("limits"), (past, sheet) => drawLimits(limitsOf(past), sheet)],
	["limits of a processor", limitsSeen("slow"), (past, sheet) => drawLimits(limitsOf(past), sheet)],
	["layers", layersSeen(), (past, sheet) => drawLayers(layersOf(past), sheet)],
	["network", networkSeen(), (past, sheet) => drawNetwork(networkOf(past), sheet)],
	["identity", identitySeen("identity"), (past, sheet) => drawIdentity(identityOf(past), sheet)],
	["identity of a cook", identitySeen("cook"), (past, sheet) => drawIdentity(identityOf(past), sheet)],
];

describe.each(drawings)(
	"%s: at every moment of a recording, no text lies on another, and none is cut",
	(_, past, draw) => {
		test.each(WIDTHS)("%d units wide", (width) => {
			for (const index of past.keys()) expectTidy(draw(past.slice(0, index + 1), sheetOf(width)));
		});
	},
);
