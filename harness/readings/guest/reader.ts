import type { EntriesOf, RequestOf, SubjectName } from "../index.ts";
import type { Read } from "../subject.ts";
import type { EarlierReading, HostReading } from "./host-reading.ts";
import type { ProcessReading } from "./process-reading.ts";

/**
 * Makes the functions that read a subject. Called once for a run or a stage.
 * @param asked what to read in addition to what is always read; undefined for nothing
 */
export type Reader<Name extends SubjectName> = (asked: RequestOf<Name> | undefined) => SubjectReader<Name>;

/** `host` and `process` throw ENOENT or ESRCH if what they read is gone meanwhile. */
type SubjectReader<Name extends SubjectName> = Part<"host", HostReading, Name> &
	Part<"process", ProcessReading, Name> &
	ChangesByItself;

/** Only for subjects that change by themselves, without any command. */
export interface ChangesByItself {
	/** A text that is different when something has changed. It is cheap to read. */
	fingerprint?: (earlier: readonly EarlierReading[]) => string;
}

type Part<Key extends "host" | "process", From, Name extends SubjectName> = keyof EntriesOf<Name, Key> extends never
	? { [K in Key]?: undefined }
	: { [K in Key]: (from: From) => Read<EntriesOf<Name, Key>> };
