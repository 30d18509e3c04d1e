import { part } from "../part.ts";
import { enterPidNamespace } from "./pid1.ts";

/** Pids of its own, and an init. */
part<{ init: true }>({ when: "init", ask: () => ({ init: true }), enter: () => enterPidNamespace() });
