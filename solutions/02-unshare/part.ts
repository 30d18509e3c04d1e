import { part } from "../part.ts";
import { isolate } from "./isolate.ts";
import options from "./options.json";

/** Gives a container its own hostname and its own System V IPC. */
part<{ hostname: string }>({
	when: "hostname",
	options,
	readOptions: (given, { id }) => ({ hostname: given("hostname")[0] ?? id }),
	enter: ({ hostname }) => isolate(hostname),
});
