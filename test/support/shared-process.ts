import { afterAll, expect } from "vitest";

// Test files that need no machine share a process: starting one for each file, and loading the modules again, takes
// longer than most files' tests. A file that changes something of the process must undo the change, because it could
// change the results of the next file.

const before = state();
afterAll(() => expect(state(), "what this test file has changed in its process, and must undo").toEqual(before));

function state() {
	return {
		variables: { ...process.env },
		directory: process.cwd(),
		umask: process.umask(),
		exitCode: process.exitCode,
	};
}
