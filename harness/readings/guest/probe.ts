import type { HostState, ProcessState, Readings, SubjectName } from "../index.ts";
import { breakOut } from "./break-out.ts";
import { cgroup } from "./cgroup.ts";
import { descriptors } from "./descriptors.ts";
import { engine } from "./engine.ts";
import { files } from "./files.ts";
import { identity } from "./identity.ts";
import { ipc } from "./ipc.ts";
import { Machine } from "./machine.ts";
import { memory } from "./memory.ts";
import { mounts } from "./mounts.ts";
import { namespaces } from "./namespaces.ts";
import { network } from "./network.ts";
import { overlay } from "./overlay.ts";
import { places } from "./places.ts";
import { Process } from "./process.ts";
import { program } from "./program.ts";
import type { Reader } from "./reader.ts";
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

/** What a reader gives, whatever it reads. */
interface Reads {
	host?: ((from: Machine) => object) | undefined;
	process?: ((from: Process) => object) | undefined;
}

/**
 * The probe: reads from the kernel what is so. It writes nothing and judges nothing.
 *
 * It stands outside the harbour, which is the host that exercises see: nothing that they do changes what is read here.
 */
export class Probe {
	readonly #reads: Reads[];

	/** @param readings what is read beside what is always read */
	constructor(readings: Readings) {
		const asked = readings as Record<string, undefined>;
		this.#reads = Object.entries<(asked: undefined) => Reads>(READERS).map(([name, read]) => read(asked[name]));
	}

	/** Reads the harbour as its init (pid 1) sees it. */
	readHost(): HostState {
		const machine = new Machine();
		return Object.assign({}, ...this.#reads.map(({ host }) => host?.(machine)));
	}

	/**
	 * Reads a process from outside.
	 * @throws the process has ended meanwhile (ENOENT or ESRCH)
	 */
	readProcess(...which: ConstructorParameters<typeof Process>): ProcessState {
		const process = new Process(...which);
		return Object.assign({}, ...this.#reads.map((one) => one.process?.(process)));
	}
}
