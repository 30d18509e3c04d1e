import { answers } from "./views/answers.ts";
import { identity } from "./views/identity.ts";
import { layers } from "./views/layers.ts";
import { limits } from "./views/limits.ts";
import { mounts } from "./views/mounts.ts";
import { namespaces } from "./views/namespaces.ts";
import { network } from "./views/network.ts";
import type { Painter } from "./views/painter.ts";
import { processes } from "./views/processes.ts";

/** All views, in the order of their keys. */
export const PAINTERS: readonly Painter[] = [answers, namespaces, processes, mounts, limits, layers, network, identity];
