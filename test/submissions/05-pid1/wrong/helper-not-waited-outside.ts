// diagnosis: zombie-left
// Believed that a helper which ends at once needs no waiting for.
import { _exit, fork } from "#kernel";

if (fork() === 0) _exit(0);

export { enterPidNamespace } from "../right/plain.ts";
