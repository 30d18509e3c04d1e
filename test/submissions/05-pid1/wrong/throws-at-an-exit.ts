// diagnosis: ended-untold
// Believed that a command never ends by itself: an exit code is an exception.
import { WIFSIGNALED } from "#kernel";
import { codeOf, enter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		codeOf(status) {
			if (!WIFSIGNALED(status)) throw new Error(`an exit that nobody asked for: ${codeOf(status)}`);
			return codeOf(status);
		},
	});
}
