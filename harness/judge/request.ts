import type { Bundle } from "../engine/bundle.ts";
import type { Step } from "../protocol/index.ts";
import type { RunRequest } from "../vm/machine.ts";
import { BOX, type Check, DURING, exitCodeOf, type Played } from "./check.ts";
import { HOST_FILES } from "./facts.ts";
import { drawFor, random } from "./random.ts";
import type { Drawn } from "./values.ts";

const DEFAULT_STEPS: Step[] = [
	{ do: "start", container: BOX },
	{ do: "look", as: DURING },
	{ do: "end", container: BOX },
];

/**
 * A check's scenario without what is drawn for each run, to name it by: with a placeholder for each drawn value and each
 * token.
 */
export function undrawnRequest(check: Check): unknown {
	const names = Object.keys(drawFor(check));
	const drawn = Object.fromEntries(names.map((name) => [name, `‹${name}›`]));
	const request = requestFor(check, { code: "", map: "", files: [] }, drawn);
	const tokens = Object.entries(request.containers).map(([name, { token }]) => [token, `‹token of ${name}›`] as const);
	const text = tokens.reduce((left, [token, name]) => left.replaceAll(token, name), JSON.stringify(request));
	// One that is expected to fail is not kept when it does not.
	const { others = {} } = check.scenario(drawn);
	return [names, text, Object.keys(others).filter((name) => others[name]?.fails)];
}

// The command's own name ($0) is the token that the agent looks for; it prints it whenever it waits for a line.
const PAUSE = 'pause() { echo "$0"; read -r line; }';
/** What a command does that has no script of its own. Its exit code is in the line that ends it. */
const WAIT_AND_EXIT = "pause; exit $line";

/** A check's scenario as the work for a machine. */
export function requestFor(check: Check, program: Bundle, drawn: Drawn): RunRequest {
	const { prepare, others = {}, steps = DEFAULT_STEPS, ...scenario } = check.scenario(drawn);
	const { readings = {} } = scenario;
	const watch = [...new Set([...(readings.files?.watch ?? []), ...HOST_FILES])];
	const all: Record<string, Played> = { [BOX]: scenario, ...others };
	const tokens = Object.fromEntries(Object.keys(all).map((name) => [name, random.name("drydock")]));
	const container = (name: string, { options, script = WAIT_AND_EXIT, command, says, sameTokenAs = name }: Played) => {
		const token = tokens[sameTokenAs] ?? "";
		const run = command?.(token) ?? ["/bin/sh", "-c", `${PAUSE}\n${script}`, token];
		return { args: [{ ...options, command: run }], token, says };
	};
	// The exercise holds the command's input before the command does: what is written to it is written at the last moment.
	const told = (step: Step) =>
		step.do === "end" && step.container === BOX ? { line: String(exitCodeOf(drawn)), ...step } : step;
	const containers = Object.fromEntries(Object.entries(all).map(([name, played]) => [name, container(name, played)]));
	return {
		prepare,
		code: program.code,
		call: "run",
		containers,
		steps: steps.map(told),
		readings: { ...readings, files: { ...readings.files, watch } },
	};
}
