import { part } from "../part.ts";
import { runningContainer } from "../running.ts";
import { enterContainer, type Running } from "./enter-container.ts";
import options from "./options.json";

/** Runs a command in a container that is running already, instead of making one. `enters` is its id. */
part<{ enters: string; workdir?: string }, Running>({
	when: "enters",
	options,
	readOptions: (given) => {
		const [workdir] = given("workdir");
		return workdir === undefined ? {} : { workdir };
	},
	make: (container) => {
		const running = runningContainer(container.enters);
		// Later parts read the container's files here, on the host. Earlier parts must not see `rootfs`: they would make a
		// new root of it.
		container.rootfs = `/proc/${running.pid}/root`;
		return running;
	},
	enter: ({ workdir = "/" }, container) => enterContainer(container, workdir),
});
