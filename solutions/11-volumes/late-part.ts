import { attachMounts, type CarriedMount } from "../carried-mounts.ts";
import { part } from "../part.ts";

/** Attaches a container's volumes in its own root, after everything that lesson 10 mounts there. */
part<{ carriedMounts: CarriedMount[]; volumes: unknown }>({
	when: "volumes",
	enter: ({ carriedMounts }) => attachMounts(carriedMounts),
});
