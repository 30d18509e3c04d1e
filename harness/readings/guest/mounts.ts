import type { Reader } from "./reader.ts";

export const mounts: Reader<"mounts"> = () => ({
	host: ({ mounts }) => ({ mounts }),
	process: ({ mounts }) => ({ mounts }),
});
