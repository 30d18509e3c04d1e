import type { Bundle } from "../engine/bundle.ts";
import type { Call, Step } from "../protocol/index.ts";
import type { RunRequest } from "../vm/machine.ts";
import { type Check, exitCodeOf, type PlannedCall, type Primary, primaryOf } from "./check.ts";
import { HOST_FILES } from "./facts.ts";
import { drawInputs, random } from "./random.ts";
import type { RandomInputs } from "./values.ts";

const defaultSteps = ({ call, moment }: Primary): Step[] => [
	{ do: "call", call },
	{ do: "look", as: moment },
	{ do: "feed", call, last: true },
];

// The script's $0 is the token by which the agent recognises the command. When the script waits for a line, it prints the
// token twice. Once is not enough: an engine may print the command's arguments, and the last one is the token.
const PAUSE = 'pause() { echo "$0$0"; read -r line; }';
/** The script of a call that has none of its own. The line that ends the command holds its exit code. */
const WAIT_AND_EXIT = "pause; exit $line";

/**
 * Turns a check's scenario into a request for a machine.
 * @param instruments the lesson's instruments, as CommonJS, if it has any
 */
export function requestFor(check: Check, program: Bundle, drawn: RandomInputs, instruments?: string): RunRequest {
	const primary = primaryOf(check);
	const { prepare, calls, steps = defaultSteps(primary), readings = {} } = check.scenario(drawn);
	const watch = [...new Set([...(readings.files?.watch ?? []), ...HOST_FILES])];
	const tokens = Object.fromEntries(Object.keys(calls).map((name) => [name, random.name("drydock")]));
	// The exercise could read the command's input before the command reads it. So only the `feed` step that ends the call
	// writes the exit code.
	const withExitCode = (step: Step) =>
		step.do === "feed" && "last" in step && step.call === primary.call
			? { line: String(exitCodeOf(drawn)), ...step }
			: step;
	return {
		prepare,
		code: program.code,
		instruments,
		calls: Object.fromEntries(
			Object.entries(calls).map(([name, call]) => [name, callOf(call, tokens[call.sameTokenAs ?? name] ?? "")]),
		),
		steps: steps.map(withExitCode),
		readings: { ...readings, files: { ...readings.files, watch } },
	};
}

/**
 * A check's scenario with a placeholder for each drawn value and each token. It is the same for every run, so it can
 * be part of a cache key.
 */
export function requestWithPlaceholders(check: Check, instruments?: string): unknown {
	const names = Object.keys(drawInputs(check));
	const drawn = Object.fromEntries(names.map((name) => [name, `‹${name}›`]));
	const request = requestFor(check, { code: "", map: "", files: [] }, drawn, instruments);
	const tokens = Object.entries(request.calls).map(([name, { token }]) => [token, `‹token of ${name}›`] as const);
	const text = tokens.reduce((left, [token, name]) => left.replaceAll(token, name), JSON.stringify(request));
	// An observation of the reference is kept only if the calls with `fails` threw. So their names are part of the key.
	const { calls } = check.scenario(drawn);
	return [names, text, Object.keys(calls).filter((name) => calls[name]?.fails)];
}

function callOf(
	{ options, script = WAIT_AND_EXIT, command, export: name = "run", ...planned }: PlannedCall,
	token: string,
): Call {
	const { as, stdio, until, asynchronous, says = token.repeat(2) } = planned;
	const shell = ["/bin/sh", "-c", `${PAUSE}\n${script}`, token];
	const args = command === "none" ? options : { ...options, command: command?.(token) ?? shell };
	return { export: name, args: [args], token, says, as, stdio, until, asynchronous };
}
