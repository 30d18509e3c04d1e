import * as v from "valibot";

type Schema = v.GenericSchema;

/**
 * Relaxes a schema, so that it accepts what an older drydock wrote as well. Entries that the older drydock did not
 * write become empty. All others must keep the schema's limits.
 */
export function withEmptyDefaults<T extends Schema>(schema: T): v.GenericSchema<unknown, v.InferOutput<T>> {
	return relaxed(schema) as unknown as v.GenericSchema<unknown, v.InferOutput<T>>;
}

function relaxed(schema: Schema): Schema {
	const { pipe } = schema as { pipe?: [Schema, ...v.GenericPipeAction[]] };
	if (pipe !== undefined) {
		const [first, ...actions] = pipe;
		return (v.pipe as unknown as (...parts: unknown[]) => Schema)(relaxed(first), ...actions);
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
	if (schema.type === "array" && item !== undefined) return v.array(relaxed(item));
	if (schema.type === "record" && key !== undefined && value !== undefined) return v.record(key, relaxed(value));
	if (schema.type === "nullable" && wrapped !== undefined) return v.nullable(relaxed(wrapped));
	return schema;
}

const EMPTY: Record<string, unknown> = { string: "", number: 0, boolean: false, array: [], record: {}, nullable: null };

function entryWithDefault(schema: Schema): Schema {
	const { type, wrapped, entries } = schema as { type: string; wrapped?: Schema; entries?: unknown };
	if (type === "optional" && wrapped !== undefined) return v.optional(relaxed(wrapped));
	if (type === "object" && entries !== undefined) return v.optional(relaxed(schema), {});
	return type in EMPTY ? v.optional(relaxed(schema), EMPTY[type]) : schema;
}
