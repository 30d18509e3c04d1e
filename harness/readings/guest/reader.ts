import type { AskedOf, EntriesOf, SubjectName } from "../index.ts";
import type { Read } from "../subject.ts";
import type { Machine } from "./machine.ts";
import type { Process } from "./process.ts";

/**
 * How a subject is read; called once for a run.
 * @param asked what the run asks for beside what is always read; undefined for nothing
 */
export type Reader<Name extends SubjectName> = (asked: AskedOf<Name> | undefined) => Reads<Name>;

/** Each throws when what it reads has gone meanwhile: ENOENT or ESRCH. */
type Reads<Name extends SubjectName> = Part<"host", Machine, Name> & Part<"process", Process, Name>;

type Part<Key extends "host" | "process", From, Name extends SubjectName> = keyof EntriesOf<Name, Key> extends never
	? { [K in Key]?: undefined }
	: { [K in Key]: (from: From) => Read<EntriesOf<Name, Key>> };
