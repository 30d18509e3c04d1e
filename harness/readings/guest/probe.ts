import type { HostState, ProcessState, Readings, SubjectName } from "../index.ts";
import { breakOut } from "./break-out.ts";
import { cgroup } from "./cgroup.ts";
import { descriptors } from "./descriptors.ts";
import { engine } from "./engine.ts";
import { files } from "./files.ts";
import { identity } from "./identity.ts";
import { ipc } from "./ipc.ts";
import { type Beside, Machine } from "./machine.ts";
import { memory } from "./memory.ts";
import { mounts } from "./mounts.ts";
import { namespaces } from "./namespaces.ts";
import { network } from "./network.ts";
import { overlay } from "./overlay.ts";
import { places } from "./places.ts";
import { Process } from "./process.ts";
import { program } from "./program.ts";
import type { Moving, Reader } from "./reader.ts";
import { root } from "./root.ts";
import { signals } from "./signals.ts";
import { tasks } from "./tasks.ts";
import { uts } from "./uts.ts";

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
	ipc,
	breakOut,
};

/** What a reader returns, for any subject. */
interface Reads extends Moving {
	host?: ((from: Machine) => object) | undefined;
	process?: ((from: Process) => object) | undefined;
}

/**
 * The probe reads what the kernel shows. It writes nothing and judges nothing.
 *
 * It runs outside the harbour, the host that exercises see. So an exercise cannot change how the probe reads.
 */
export class Probe {
	readonly #reads: Reads[];

	/**
	 * @param readings what to read in addition to what is always read
	 * @param changed called when a reading that is made in the background has changed
	 */
	constructor(readings: Readings, changed = () => {}) {
		const asked = readings as Record<string, undefined>;
		const readers = Object.entries<(asked: undefined, changed: () => void) => Reads>(READERS);
		this.#reads = readers.map(([name, read]) => read(asked[name], changed));
	}

	/** Whether something that is read changes by itself, without any command. */
	get moves(): boolean {
		return this.#reads.some(({ hint }) => hint !== undefined);
	}

	/** A text that is different when something of this kind has changed. */
	hint(beside: readonly Beside[]): string {
		return this.#reads.map(({ hint }) => hint?.(beside) ?? "").join("\n");
	}

	/**
	 * Reads the harbour as its init (pid 1) sees it.
	 * @param beside processes that were read just before
	 */
	readHost(beside: readonly Beside[] = []): HostState {
		const machine = new Machine(beside);
		return Object.assign({}, ...this.#reads.map(({ host }) => host?.(machine)));
	}

	/**
	 * Reads a process from outside.
	 * @throws ENOENT or ESRCH: the process has ended meanwhile
	 */
	readProcess(...which: ConstructorParameters<typeof Process>): ProcessState {
		const process = new Process(...which);
		return Object.assign({}, ...this.#reads.map((one) => one.process?.(process)));
	}
}
