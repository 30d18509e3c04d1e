import {
	BOX,
	type Context,
	commandAt,
	DURING,
	type Observation,
	type RandomInputs,
} from "../../harness/judge/index.ts";
import { type Answer, ENOSYS, type Question, type Subject } from "./profiles.ts";
import { ANSWERS, LOG, OPEN, planOf } from "./scenario.ts";

/** A question, and what the kernel said: undefined if the program was not told. */
export interface Asked {
	call: string;
	question: Question;
	got: Answer | undefined;
}

/** All questions of a call with their answers. */
export function askedOf(observation: Observation, call: string, drawn: RandomInputs): Asked[] {
	// Both commands of the first container write into the same directory.
	const entries = commandAt(observation, DURING, call)?.rootTrees[ANSWERS] ?? [];
	const text = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
		.map((number) => entries?.find(({ path }) => path === `${call}-${number}`)?.text ?? "")
		.join("");
	return planOf(call, drawn).questions.map((question, index) => {
		const got = text.slice(4 * index, 4 * index + 4);
		return { call, question, got: /^[0-9a-f]{4}$/.test(got) ? got : undefined };
	});
}

export const isRight = ({ question, got }: Asked): boolean => got !== undefined && question.wanted.includes(got);

/** The questions of these calls about this subject. */
export const askedAbout = (
	{ observation, drawn }: Pick<Context, "observation" | "drawn">,
	subject: Subject,
	calls: readonly string[] = [BOX],
): Asked[] =>
	calls.flatMap((call) => askedOf(observation, call, drawn).filter(({ question }) => question.subject === subject));

/** An answer in words. */
export function inWords(answer: Answer | undefined): string {
	if (answer === undefined) return "no answer";
	const number = Number.parseInt(answer, 16);
	if (number === 0) return "worked";
	return number >= 0x8000 ? `ended the process by signal ${number - 0x8000}` : `failed with error ${nameOf(number)}`;
}

const NAMES: Readonly<Record<number, string>> = { 1: "EPERM", 9: "EBADF", 22: "EINVAL", [ENOSYS]: "ENOSYS" };
const nameOf = (errno: number) => (NAMES[errno] === undefined ? String(errno) : `${NAMES[errno]} (${errno})`);

/** What is wrong with an answer: `getpgid: failed with error 70`. */
export function shown({ call, question: { name, condition, args }, got }: Asked): string {
	const index = condition?.rule.index;
	const compared = index === undefined ? "" : ` with 0x${args[index]?.toString(16)} as argument ${index}`;
	return `${name}${compared}${call === OPEN ? ` in the container "${call}"` : ""}: ${inWords(got)}`;
}

const SHOWN = 3;
/** Some of the wrong answers, and how many more there are. */
export function someOf(asked: readonly Asked[]): string[] {
	const wrong = asked.filter((one) => !isRight(one));
	const rest = wrong.length - SHOWN;
	return [...wrong.slice(0, SHOWN).map(shown), ...(rest > 0 ? [`${rest} more`] : [])];
}

/** Numbers of the calls of the program `ask` that the kernel's log has as logged by a filter. */
export function loggedCalls({ programs }: Observation): number[] {
	const lines = (programs[LOG]?.stdout ?? "").split("\n");
	// SECCOMP_RET_LOG is 0x7ffc0000. Other actions are in the log, too.
	return lines.flatMap((line) => {
		const [, number] = /comm="ask".* syscall=(\d+) .*code=0x7ffc0000/.exec(line) ?? [];
		return number === undefined ? [] : [Number(number)];
	});
}
