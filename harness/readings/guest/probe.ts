import type { HostState, ProcessState, Readings, SubjectName } from "../index.ts";
import { breakOut } from "./break-out.ts";
import { cgroup } from "./cgroup.ts";
import { descriptors } from "./descriptors.ts";
import { engine } from "./engine.ts";
import { files } from "./files.ts";
import { type EarlierReading, HostReading } from "./host-reading.ts";
import { identity } from "./identity.ts";
import { ipc } from "./ipc.ts";
import { memory } from "./memory.ts";
import { mounts } from "./mounts.ts";
import { namespaces } from "./namespaces.ts";
import { network } from "./network.ts";
import { overlay } from "./overlay.ts";
import { places } from "./places.ts";
import { ProcessReading } from "./process-reading.ts";
import { program } from "./program.ts";
import type { ChangesByItself, Reader } from "./reader.ts";
import { root } from "./root.ts";
import { signals } from "./signals.ts";
import { tasks } from "./tasks.ts";
import { terminal } from "./terminal.ts";
import { uts } from "./uts.ts";
import { volumes } from "./volumes.ts";

/** How the guest reads each subject. */
const READERS: { [Name in SubjectName]: Reader<Name> } = {
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

/** What a reader returns, for any subject. */
interface AnySubjectReader extends ChangesByItself {
	host?: ((from: HostReading) => object) | undefined;
	process?: ((from: ProcessReading) => object) | undefined;
}

/**
 * The probe reads what the kernel shows. It writes nothing and judges nothing.
 *
 * It runs outside the harbour, the host that exercises see. So an exercise cannot change how the probe reads.
 */
export class Probe {
	readonly #readers: AnySubjectReader[];

	/** @param readings what to read in addition to what is always read */
	constructor(readings: Readings) {
		const asked = readings as Record<string, undefined>;
		const readers = Object.entries<(asked: undefined) => AnySubjectReader>(READERS);
		this.#readers = readers.map(([name, read]) => read(asked[name]));
	}

	/**
	 * Reads the values that change without any command, such as the used memory.
	 * @param earlier as for {@link readHost}
	 * @returns a text that is different when one of them has changed
	 */
	fingerprint(earlier: readonly EarlierReading[]): string {
		return this.#readers.map(({ fingerprint }) => fingerprint?.(earlier) ?? "").join("\n");
	}

	/**
	 * Reads the harbour as its init (pid 1) sees it.
	 * @param earlier processes that were read just before
	 */
	readHost(earlier: readonly EarlierReading[] = []): HostState {
		const reading = new HostReading(earlier);
		return Object.assign({}, ...this.#readers.map(({ host }) => host?.(reading)));
	}

	/**
	 * Reads a process from outside.
	 * @throws ENOENT or ESRCH: the process has ended meanwhile
	 */
	readProcess(...which: ConstructorParameters<typeof ProcessReading>): ProcessState {
		const reading = new ProcessReading(...which);
		return Object.assign({}, ...this.#readers.map((one) => one.process?.(reading)));
	}
}
