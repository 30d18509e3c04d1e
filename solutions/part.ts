/** What `box` is asked to run, and what its parts make of that on the way. Each part adds options of its own. */
export interface Container {
	/** Eight letters or digits: everything that is made for the container is named after it. */
	id: string;
	/** The program and its arguments. */
	command?: [string, ...string[]];
	/** The directory that becomes its root. */
	rootfs?: string | undefined;
	/** The directories that its root is made of, the topmost first. */
	layers?: string[] | undefined;
}

/** An option of the command line. */
export interface Option {
	/** What stands for its value in the usage text. */
	value: string;
	help: string;
	repeats?: boolean;
}

/**
 * What one lesson adds to a container. A container that does not ask for it is spared all of it.
 * `Own` are its options of a container, `Made` is what it makes on the host.
 */
export interface Part<Own = Record<string, unknown>, Made = unknown> {
	/** The option of a container that asks for this part. */
	when: keyof Own & string;
	/** Its options of the command line, by name. */
	options?: Record<string, Option>;
	/** Reads the command line. @param given the values of an option, the last one only if it is not to be repeated */
	ask?(given: (name: string) => string[], container: Container): Partial<Container & Own>;
	/** On the host, before the container's first process. When it throws, it has removed what it had begun. */
	make?(container: Container & Own): Made;
	/** In the container's first process, which leaves the host part by part and then becomes the command. */
	enter?(container: Container & Own, made: Made): void;
	/** On the host, when the command has ended. */
	remove?(made: Made): void;
	/** The same without `made`, when the engine was killed. It can be done twice, and by two processes at once. */
	removeRemains?(id: string): void;
	/** Pids of the container's processes; null when there is no list of them. */
	processes?(id: string): number[] | null;
}

/** All parts, in their order. */
export const parts: Part[] = [];

/** Adds a part. */
export function part<Own, Made = unknown>(added: Part<Own, Made>): void {
	parts.push(added as unknown as Part);
}
