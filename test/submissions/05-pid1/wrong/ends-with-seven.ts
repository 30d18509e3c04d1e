// diagnosis: ended-otherwise
// Passes everything on, and answers a SIGTERM with an exit code of its own choice.
import { SIGTERM, WIFSIGNALED, WTERMSIG } from "#kernel";
import { codeOf, enter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({ codeOf: (status) => (WIFSIGNALED(status) && WTERMSIG(status) === SIGTERM ? 7 : codeOf(status)) });
}
