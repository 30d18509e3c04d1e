import * as v from "valibot";
import { expect, test } from "vitest";
import { withEmptyDefaults } from "../../../harness/live/recording/empty-defaults.ts";

const Mount = v.object({
	id: v.number(),
	at: v.string(),
	flags: v.optional(v.string(), "none"),
	peers: v.array(v.object({ group: v.nullable(v.number()), isMaster: v.boolean() })),
	kind: v.picklist(["bind", "new"]),
});

test("an entry that is missing becomes empty, or its own default; one of another type must be there", () => {
	const schema = withEmptyDefaults(Mount);
	expect(v.parse(schema, { kind: "bind", peers: [{}] })).toEqual({
		...{ id: 0, at: "", flags: "none", kind: "bind" },
		peers: [{ group: null, isMaster: false }],
	});
	expect(v.safeParse(schema, {}).success).toBe(false);
	expect(v.safeParse(schema, { kind: "bind", at: 1 }).success).toBe(false);
});
