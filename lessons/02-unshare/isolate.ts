import { sethostname } from "#kernel";

/**
 * Gives this process its own hostname and its own System V IPC.
 * The engine calls it in the process that is about to become the container's command.
 *
 * @param hostname the container's name, such as "web-1"
 */
export function isolate(hostname: string): void {
	// TODO(02.1) ask the kernel for a new UTS namespace, so that this process has a hostname of its own
	// TODO(02.2) in the same call, ask for a new IPC namespace
	// TODO(02.3) is this still in the right place?
	sethostname(hostname);
}
