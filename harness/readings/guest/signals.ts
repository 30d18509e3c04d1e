import type { Reader } from "./reader.ts";

export const signals: Reader<"signals"> = () => ({
	process({ status }) {
		const mask = (name: string) => status.get(name) ?? "";
		return { signals: { blocked: mask("SigBlk"), ignored: mask("SigIgn"), caught: mask("SigCgt") } };
	},
});
