import { afterAll, afterEach, expect, test, vi } from "vitest";
import { welcome } from "../../../../harness/cli/learn/welcome.ts";
import { findLesson } from "../../../../harness/judge/lessons.ts";
import { temporary } from "../../../support/temporary.ts";
import { halfway, logbookWith, workspaceIn } from "../../../support/workspace.ts";

const files = await temporary();
afterEach(() => vi.restoreAllMocks());
afterAll(() => files.remove());

test.each([
	["a new learner", logbookWith({}), "01", "01-process/process.ts", "npx drydock read 01-process"],
	["a learner who comes back", halfway(), "02", "02-unshare/isolate.ts", "npx drydock hint 02-unshare"],
])("%s is told the lesson, the file, and one command", async (_, book, id, file, command) => {
	vi.spyOn(process, "cwd").mockReturnValue(await workspaceIn(files.dir, book));
	const { title } = await findLesson(id);
	expect(await welcome()).toBe(
		`\ndrydock is set up. You are here:\n\nlesson   ${title}\nfile     ${file}\nnext     ${command}\n`,
	);
});
