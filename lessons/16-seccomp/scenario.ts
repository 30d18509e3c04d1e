import { readFileSync } from "node:fs";
import {
	BOX,
	type Check,
	DURING,
	type Preparation,
	type RandomInputs,
	type Scenario,
} from "../../harness/judge/index.ts";
import { defaultPlan, longPlan, openPlan, type Plan, questionsFile } from "./profiles.ts";

/**
 * Runs three containers, each with another profile, and enters the first one. All commands are the same program, which
 * makes hundreds of system calls and writes down what the kernel says.
 */

/** The call that enters the first container. */
export const ENTERED = "entered";
/** The container whose profile refuses a few calls and allows all others. */
export const OPEN = "open";
/** The container with the engine's own profile. */
export const DEFAULT = "default";
export const CALLS: readonly string[] = [BOX, ENTERED, OPEN, DEFAULT];
/** The directory in each container for the answers. */
export const ANSWERS = "answers";
/** The program of the check that prints what the kernel's log has about filters. */
export const LOG = "log";
/** The user of the first container's command. It has no capability, such as CAP_SYS_ADMIN. */
const UID = "1000";

const PROGRAM = readFileSync(new URL("ask.asm", import.meta.url), "utf8");

export function drawInputs(random: Parameters<Check["draw"]>[0]): RandomInputs {
	return {
		...{ seed: random.name("seed"), images: random.name("images") },
		...{ id: random.name("").slice(1), openId: random.name("").slice(1), defaultId: random.name("").slice(1) },
	};
}

/** The profile and the questions of a call. */
export function planOf(call: string, { seed = "" }: RandomInputs): Plan {
	const number = Number.parseInt(seed.slice(-8), 16);
	return call === OPEN ? openPlan(number) : call === DEFAULT ? defaultPlan() : longPlan(number);
}

export function scenarioOf(drawn: RandomInputs): Scenario {
	const { images, id, openId, defaultId } = drawn;
	const container = (call: string) => ({
		...{ layers: [`/lab/${images}/${call}`, "/lab/rootfs"], init: true, seccomp: planOf(call, drawn).profile },
		// With an IPC namespace of its own: without a filter, the program makes message queues.
		hostname: call,
	});
	const command = (call: string) => (token: string) =>
		["/ask", token, `/${ANSWERS}/${call}-0`] as [string, ...string[]];
	return {
		does: `ran a program as user ${UID} with a profile of more than 300 calls, and a second time in the same container; ran it with a profile that refuses a few calls, and with the engine's own profile`,
		prepare: preparations(drawn),
		calls: {
			[BOX]: { options: { ...container(BOX), id, limits: {}, user: UID, groupAdd: [] }, command: command(BOX) },
			[ENTERED]: {
				about: "a command that enters the first container",
				options: { enters: id, user: UID, groupAdd: [], seccomp: planOf(ENTERED, drawn).profile },
				command: command(ENTERED),
			},
			[OPEN]: {
				about: "a container whose profile refuses a few calls and allows all others",
				options: { ...container(OPEN), id: openId },
				command: command(OPEN),
			},
			[DEFAULT]: {
				about: "a container with the engine's own profile",
				options: { ...container(DEFAULT), id: defaultId },
				command: command(DEFAULT),
			},
		},
		steps: [
			...CALLS.map((call) => ({ do: "call" as const, call })),
			{ do: "look", as: DURING },
			{ do: "run", argv: ["busybox", "sh", "-c", READ_LOG], as: LOG },
			...[DEFAULT, OPEN, ENTERED, BOX].map((call) => ({ do: "feed" as const, call, last: true as const })),
		],
		readings: { files: { treesInRoot: [ANSWERS] } },
	};
}

// 1326 is the type of an audit record that a filter has caused: AUDIT_SECCOMP.
const READ_LOG = "dmesg | grep type=1326 || true";

function preparations(drawn: RandomInputs): Preparation[] {
	const top = `/lab/${drawn["images"]}`;
	// The command that enters a container finds the program there.
	const made = [BOX, OPEN, DEFAULT];
	return [
		{ do: "write", path: `${top}/ask.asm`, text: PROGRAM },
		...made.map(
			(call): Preparation => ({
				...{ do: "write", path: `${top}/${call}.questions/questions`, encoding: "base64" },
				text: questionsFile(planOf(call, drawn).questions).toString("base64"),
			}),
		),
		...made.map((call): Preparation => ({ do: "directory", path: `${top}/${call}/${ANSWERS}` })),
		{ do: "run", argv: ["busybox", "sh", "-c", PREPARE, top, ...made] },
	];
}

const PREPARE = `cd "$0" && for name; do
	nasm -f bin -i "$name.questions/" -o "$name/ask" ask.asm && chmod 755 "$name/ask" && chmod 777 "$name/${ANSWERS}" || exit
done`;
