import { part } from "../part.ts";
import { enterPidNamespace } from "./pid1.ts";

/** Gives a container its own pids, and an init. */
part<{ init: true }>({ when: "init", readOptions: () => ({ init: true }), enter: () => enterPidNamespace() });
