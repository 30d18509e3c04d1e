import { part } from "../part.ts";
import { isolate } from "./isolate.ts";
import options from "./options.json";

/** A container's own name. */
part<{ hostname: string }>({
	when: "hostname",
	options,
	ask: (given, { id }) => ({ hostname: given("hostname")[0] ?? id }),
	enter: ({ hostname }) => isolate(hostname),
});
