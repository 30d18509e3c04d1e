import * as v from "valibot";

type Schema = v.GenericSchema;

/**
 * Relaxes a schema, so that it also accepts what an older drydock wrote. An entry that the older drydock did not write
 * becomes "", 0, false, null, or empty. An optional entry keeps its own default. An entry of any other type, such as a
 * picklist, must be there. All entries that are there must keep the schema's limits.
 */
export function withEmptyDefaults<T extends Schema>(schema: T): v.GenericSchema<unknown, v.InferOutput<T>> {
	return withDefaults(schema) as unknown as v.GenericSchema<unknown, v.InferOutput<T>>;
}

function withDefaults(schema: Schema): Schema {
	const { pipe } = schema as { pipe?: [Schema, ...v.GenericPipeAction[]] };
	if (pipe !== undefined) {
		const [first, ...actions] = pipe;
		return (v.pipe as unknown as (...parts: unknown[]) => Schema)(withDefaults(first), ...actions);
	}
	const { entries, item, key, value, wrapped } = schema as {
		entries?: Record<string, Schema>;
		item?: Schema;
		key?: v.GenericSchema<string>;
		value?: Schema;
		wrapped?: Schema;
	};
	if (schema.type === "object" && entries !== undefined) {
		const parts = Object.entries(entries).map(([name, entry]) => [name, entryWithDefault(entry)] as const);
		return v.object(Object.fromEntries(parts));
	}
	if (schema.type === "array" && item !== undefined) return v.array(withDefaults(item));
	if (schema.type === "record" && key !== undefined && value !== undefined) return v.record(key, withDefaults(value));
	if (schema.type === "nullable" && wrapped !== undefined) return v.nullable(withDefaults(wrapped));
	return schema;
}

const EMPTY: Record<string, unknown> = { string: "", number: 0, boolean: false, array: [], record: {}, nullable: null };

function entryWithDefault(schema: Schema): Schema {
	const {
		type,
		wrapped,
		entries,
		default: own,
	} = schema as {
		type: string;
		wrapped?: Schema;
		entries?: unknown;
		default?: unknown;
	};
	if (type === "optional" && wrapped !== undefined) return v.optional(withDefaults(wrapped), own);
	if (type === "object" && entries !== undefined) return v.optional(withDefaults(schema), {});
	return type in EMPTY ? v.optional(withDefaults(schema), EMPTY[type]) : schema;
}
