import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import * as instrumentApi from "./index.ts";
import type { Instrument } from "./instrument.ts";

/**
 * Instruments: functions of one lesson that measure what no step measures. A run brings their code, from the lesson's
 * folder. The agent itself executes it, so no exercise can reach it.
 */

/** Loads the instruments that a run has brought. @param code CommonJS; each of its exports is an instrument */
export function loadInstruments(code: string): Readonly<Record<string, Instrument>> {
	const module = { exports: {} as Record<string, Instrument> };
	const require = (name: string) => (name === "#guest" ? instrumentApi : createRequire("/opt/drydock/")(name));
	compileFunction(code, ["module", "exports", "require"], { filename: "instruments.js" })(
		module,
		module.exports,
		require,
	);
	return module.exports;
}
