import { existsSync, readFileSync, realpathSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { _exit, getpid } from "#kernel";
import { type Options, run } from "./box.ts";
import { claim, giveBack, processesOf, removeAbandoned, removeRemains } from "./remains.ts";
import { fail, supervise } from "./supervise.ts";
import USAGE from "./usage.txt";

const OPTIONS = {
	hostname: { type: "string" },
	memory: { type: "string" },
	pids: { type: "string" },
	cpus: { type: "string" },
	publish: { type: "string", multiple: true },
	help: { type: "boolean", short: "h" },
} as const;

const HELP = new Set<string | undefined>(["--help", "-h", "help"]);

// It is for this program, not for the commands that it runs.
delete process.env["LD_PRELOAD"];
// Node asks once, and a forked process would have its parent's.
Object.defineProperty(process, "pid", { get: getpid });
try {
	main(process.argv.slice(2));
} catch (error) {
	fail((error as Error).message);
}

function main([subcommand, ...args]: string[]): void {
	// What comes after the image is the command's, also if it looks like an option.
	const { tokens } = parseArgs({ args, options: OPTIONS, strict: false, tokens: true });
	const first = tokens.find(({ kind }) => kind === "positional")?.index ?? args.length;
	const [image, ...command] = args.slice(first);
	const { values } = parseArgs({ args: args.slice(0, first), options: OPTIONS });
	if (values.help || HELP.has(subcommand)) {
		writeSync(1, USAGE);
		_exit(0);
	}
	if (subcommand !== "run" || image === undefined) throw new Error(`what is to be run?\n${USAGE}`);

	const { hostname, memory, pids, cpus, publish = [] } = values;
	const id = readFileSync("/proc/sys/kernel/random/uuid", "utf8").slice(0, 8);
	const options: Options = {
		id,
		hostname: hostname ?? id,
		init: true,
		limits: {
			...(memory === undefined ? {} : { memoryMaxBytes: bytes(memory) }),
			...(pids === undefined ? {} : { pidsMax: number("--pids", pids, /^[1-9]\d*$/) }),
			...(cpus === undefined ? {} : { cpus: processors(cpus) }),
		},
		publish: publish.map(ports),
		...rootOf(image, command),
	};
	removeAbandoned();
	try {
		for (const { host } of options.publish ?? []) {
			if (isListening(host)) throw new Error(`port ${host} is taken: a program on the host listens there`);
			if (!claim(`port-${host}`, id)) throw new Error(`port ${host} is another container's`);
		}
		options.address = claimAddress(id);
	} catch (error) {
		giveBack(id);
		throw error;
	}
	supervise({
		run: () => {
			const exitCode = run(options);
			giveBack(id);
			return exitCode;
		},
		processes: () => processesOf(id),
		removeRemains: () => removeRemains(id),
	});
}

// An image of lesson 09, or a directory that is the only layer.
function rootOf(image: string, [name, ...args]: string[]): Options {
	if (!existsSync(image)) throw new Error(`there is no image ${image}`);
	const dir = realpathSync(image);
	if (existsSync(`${dir}/manifest.json`)) return { image: dir, ...(name && { command: [name, ...args] }) };
	if (name === undefined) throw new Error(`${image} does not say what to run, so a command is needed`);
	return { layers: [dir], command: [name, ...args] };
}

// Packets would turn off to the container before they reach that program, and it would never know why nobody comes.
// Loopback is left alone, so who listens on 127.0.0.1 only is not in the way. Of a line's columns, the second is the
// local address, its bytes reversed; the fourth the state, and 0A is LISTEN. See proc_net(5).
function isListening(port: number): boolean {
	const hex = port.toString(16).toUpperCase().padStart(4, "0");
	const listener = new RegExp(`^ *\\d+: (?:(?!.{6}7F)[0-9A-F]{8}|0{32}):${hex} \\S+ 0A `, "m");
	const tables = ["/proc/net/tcp", "/proc/net/tcp6"].filter((table) => existsSync(table));
	return tables.some((table) => listener.test(readFileSync(table, "utf8")));
}

function claimAddress(id: string): string {
	for (let host = 2; host < 255; host++) if (claim(`10.88.0.${host}`, id)) return `10.88.0.${host}`;
	throw new Error("every address is taken");
}

function bytes(text: string): number {
	const [, amount, unit = ""] = /^([1-9]\d*)([KMG]?)$/i.exec(text) ?? [];
	if (amount === undefined) throw new Error(`--memory ${text}: a number is expected, such as 64M`);
	return Number(amount) * 1024 ** " KMG".indexOf(unit.toUpperCase() || " ");
}

function number(option: string, text: string, pattern: RegExp): number {
	if (!pattern.test(text)) throw new Error(`${option} ${text}: a number greater than 0 is expected`);
	return Number(text);
}

// The kernel gives a millisecond at least, and a period has a hundred: see cpu.max in cgroup-v2.rst.
function processors(text: string): number {
	if (!/^\d*(\.\d+)?$/.test(text) || Number(text) < 0.01)
		throw new Error(`--cpus ${text}: a number of at least 0.01 is expected`);
	return Number(text);
}

function ports(text: string): { host: number; container: number } {
	const [host = 0, container = 0] = /^\d+:\d+$/.test(text) ? text.split(":").map(Number) : [];
	if ([host, container].some((port) => port < 1 || port > 65_535))
		throw new Error(`--publish ${text}: two ports are expected, such as 8080:80`);
	return { host, container };
}
