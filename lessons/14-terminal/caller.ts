import type { Context, FactRule } from "../../harness/judge/index.ts";

const settings = ({ facts }: Context, fact = "caller.settings") => String(facts[fact] ?? "");

/** Rules for the caller's terminal: its settings, while the container runs and afterwards. */
export const callerRules: FactRule[] = [
	{
		fact: "caller.settings",
		madeOf: "kernel",
		what: "the settings of the caller's terminal",
		followsFrom: [],
		explain: [
			{
				when: (context) => settings(context) === "raw meanwhile, raw afterwards",
				diagnosis: "terminal-left-raw",
				why: "The container has ended, and the caller's terminal is still raw. It belongs to the caller, not to your process: nobody resets it when your process ends. What is typed next is not shown, and Ctrl-C does nothing.",
				try: "Put tcsetattr(0, TCSANOW, settings) into a finally block: then it runs even after an exception. (A user types: stty sane, Ctrl-J.)",
				see: ["termios(3)", "stty(1)"],
			},
			{
				when: (context) => settings(context).endsWith("changed afterwards"),
				diagnosis: "terminal-changed",
				why: "After the container, the caller's terminal has other settings than before. Here it had an erase character of its own. Settings that suit most terminals need not be this terminal's.",
				try: "Keep what tcgetattr returned before, and restore exactly that.",
				see: ["tcsetattr(3)"],
			},
			{
				diagnosis: "terminal-not-raw",
				why: (context) =>
					`The settings of the caller's terminal, by tcgetattr on its master: ${settings(context)}. A terminal that is not raw does at least one of these things: it shows each character itself, keeps lines until Enter, or makes signals of Ctrl-C and Ctrl-Z. The container's terminal then does the same once more, or never gets the chance.`,
				try: "tcsetattr(0, TCSANOW, cfmakeraw(settings)), once the container has its terminal.",
				see: ["cfmakeraw(3)", "termios(3)"],
			},
		],
	},
	{
		fact: "caller.settings.kept",
		madeOf: "kernel",
		what: "callers' terminals whose settings changed for a container without -i or without -t",
		followsFrom: ["caller.settings", "tty.failed"],
		explain: [
			{
				diagnosis: "raw-for-nobody",
				why: (context) =>
					`The settings of the caller's terminal, by tcgetattr on its master: ${[context.facts["caller.settings.kept"] ?? []].flat().join(", ")}. A raw terminal leaves echo, lines and Ctrl-C to the terminal at the other end. Without -i, no key is passed on: Ctrl-C then does nothing at all. Without -t, there is no terminal at the other end.`,
				try: "Change the settings only if the container has both: interactive, and a master.",
				see: ["cfmakeraw(3)", "termios(3)"],
			},
		],
	},
];
