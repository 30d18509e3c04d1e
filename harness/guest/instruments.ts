import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import * as surface from "./index.ts";
import type { Instrument } from "./measuring.ts";

/**
 * Instruments: what a lesson measures beyond the steps that every lesson has. Their code comes with the run, from the
 * lesson's folder; it is a part of the agent while the run lasts, and no exercise reaches it.
 */

/** The instruments that a run has brought, by name. @param code CommonJS; each of its exports is one */
export function loadInstruments(code: string): Readonly<Record<string, Instrument>> {
	const module = { exports: {} as Record<string, Instrument> };
	const require = (name: string) => (name === "#guest" ? surface : createRequire("/opt/drydock/")(name));
	compileFunction(code, ["module", "exports", "require"], { filename: "instruments.js" })(
		module,
		module.exports,
		require,
	);
	return module.exports;
}
