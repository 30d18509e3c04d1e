import { spawn } from "node:child_process";
import { createConnection } from "node:net";
import type { Preparation, SocketAddress } from "../protocol/index.ts";
import { HARBOUR_ROOT } from "../readings/guest/paths.ts";
import { unfilteredInHarbour } from "./harbour.ts";
import { type Patience, untilMachineIdles } from "./patience.ts";

/**
 * Servers in the harbour: asks whether a server accepts connections, and starts stock servers, which run until the
 * machine ends.
 */

type ServerPreparation = Extract<Preparation, { do: "serve" }>;

/**
 * Whether a server accepts a connection at this address now.
 * @param timeoutMs how long to wait: a server with a full queue gives no answer; see listen(2)
 */
export function acceptsConnections(at: SocketAddress, timeoutMs: number): Promise<boolean> {
	const where = "path" in at ? { path: `${HARBOUR_ROOT}${at.path}` } : { host: "127.0.0.1", port: at.port };
	const socket = createConnection(where);
	return new Promise((resolve) => {
		socket.once("connect", () => resolve(true));
		socket.once("error", () => resolve(false));
		socket.setTimeout(Math.max(timeoutMs, 1), () => resolve(false));
	}).then((accepted) => {
		socket.destroy();
		return accepted === true;
	});
}

/**
 * Starts a stock program, and waits until it accepts connections.
 * @throws {Error} the program ended, or patience ended first
 */
export async function startServer({ argv, at }: ServerPreparation, patience: Patience): Promise<void> {
	const { program, args, env } = unfilteredInHarbour(argv);
	const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], env });
	let stderrTail = "";
	child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
		stderrTail = (stderrTail + chunk).slice(-2_000);
	});
	while (!(await acceptsConnections(at, patience.leftMs))) {
		const end = child.exitCode ?? child.signalCode;
		if (end !== null) throw new Error(`${argv.join(" ")}: ended with ${end}\n${stderrTail}`);
		if (patience.leftMs === 0) throw new Error(`${argv.join(" ")}: accepts no connection\n${stderrTail}`);
		await untilMachineIdles();
	}
}
