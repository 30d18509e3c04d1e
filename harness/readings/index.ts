import * as v from "valibot";
import { breakOut } from "./break-out.ts";
import { type CgroupRequest, cgroup } from "./cgroup.ts";
import { descriptors } from "./descriptors.ts";
import { engine } from "./engine.ts";
import { type FilesRequest, files } from "./files.ts";
import { identity } from "./identity.ts";
import { ipc } from "./ipc.ts";
import { memory } from "./memory.ts";
import { mounts } from "./mounts.ts";
import { namespaces } from "./namespaces.ts";
import { type NetworkRequest, network } from "./network.ts";
import { overlay } from "./overlay.ts";
import { type PlacesRequest, places } from "./places.ts";
import { program } from "./program.ts";
import { root } from "./root.ts";
import { signals } from "./signals.ts";
import { tasks } from "./tasks.ts";
import { type TerminalRequest, terminal } from "./terminal.ts";
import { uts } from "./uts.ts";
import { volumes } from "./volumes.ts";

/** All subjects; see subject.ts. `drydock inspect` has an order of its own: see inspection.ts. */
export const SUBJECTS = {
	namespaces,
	uts,
	root,
	mounts,
	tasks,
	program,
	engine,
	cgroup,
	memory,
	network,
	overlay,
	files,
	places,
	descriptors,
	identity,
	signals,
	terminal,
	ipc,
	volumes,
	breakOut,
};

export type SubjectName = keyof typeof SUBJECTS;
type Subjects = typeof SUBJECTS;

/** What can be read of the machine as a whole, as its init (pid 1) sees it. */
export const HostState = v.object(combined("host"));

/** What can be read of a process, such as the command that the exercise has started. */
export const ProcessState = v.object(combined("process"));

/** What a run or a stage asks for, by subject, in addition to the fields that are always read. */
export interface Readings {
	cgroup?: CgroupRequest;
	memory?: Record<never, never>;
	network?: NetworkRequest;
	overlay?: Record<never, never>;
	files?: FilesRequest;
	places?: PlacesRequest;
	identity?: Record<never, never>;
	terminal?: TerminalRequest;
	volumes?: Record<never, never>;
	breakOut?: Record<never, never>;
}

/** The request with which a run asks for more of a subject than is always read. */
export type RequestOf<Name extends SubjectName> = Name extends keyof Readings ? NonNullable<Readings[Name]> : never;
/** The schemas of one subject's part of a state. */
export type EntriesOf<Name extends SubjectName, Part extends "host" | "process"> = Subjects[Name][Part];

export type HostState = v.InferOutput<typeof HostState>;
export type ProcessState = v.InferOutput<typeof ProcessState>;

type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (one: infer Both) => void
	? Both
	: never;

function combined<Part extends "host" | "process">(part: Part): Intersection<EntriesOf<SubjectName, Part>> {
	return Object.assign({}, ...Object.values(SUBJECTS).map((subject) => subject[part]));
}
