import * as v from "valibot";
import { View } from "../../protocol/index.ts";
import { withEmptyDefaults } from "./empty-defaults.ts";

/** The state of the host or of a shell, with any entries. */
const AnyState = v.looseObject({});

/**
 * A view as an older drydock recorded it. Limits, layers, networks and identities were beside `host` and `shells`,
 * and not in them.
 */
const Recorded = v.object({
	host: AnyState,
	shells: v.record(v.string(), v.nullable(AnyState)),
	limits: v.optional(v.object({ machine: v.unknown(), cgroups: v.unknown() })),
	layers: v.optional(v.unknown()),
	networks: v.optional(v.unknown()),
	identities: v.optional(v.record(v.string(), v.unknown()), {}),
});

/** A view in a recording, whether this or an older drydock made it. */
export const RecordedView = v.pipe(
	Recorded,
	v.transform(({ host, shells, limits, layers, networks, identities }): unknown => ({
		host: {
			...host,
			...(limits && { limits: limits.cgroups, memory: limits.machine }),
			...(layers !== undefined && { layers }),
			...(networks !== undefined && { networks }),
		},
		shells: Object.fromEntries(
			Object.entries(shells).map(([name, shell]) => {
				const identity = identities[name];
				return [name, shell === null || identity === undefined ? shell : { ...shell, identity }];
			}),
		),
	})),
	withEmptyDefaults(v.omit(View, ["type", "nonce"])),
);
