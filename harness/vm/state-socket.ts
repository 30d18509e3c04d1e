import { closeSync, openSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type Qemu, saveState } from "./qemu.ts";

/**
 * A socket to which a machine's QEMU sends the state of its devices, once for each save(). On Linux the socket has no
 * name: QEMU gets it as an open descriptor, because the user that runs QEMU may not be allowed to enter the socket's
 * folder.
 */
export class StateSocket {
	private constructor(
		private readonly server: Server,
		/** The socket's descriptor, for {@link QemuOptions}; null where QEMU opens the socket by its path. */
		readonly fd: number | null,
		private readonly dir: string,
	) {}

	static async open(): Promise<StateSocket> {
		const dir = await mkdtemp(join(tmpdir(), "drydock-"));
		const path = join(dir, "state");
		const server = createServer({ allowHalfOpen: true });
		await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
		if (process.platform !== "linux") return new StateSocket(server, null, dir);
		await chmod(path, 0o666);
		const fd = openSync(path, O_PATH);
		await rm(dir, { recursive: true });
		return new StateSocket(server, fd, dir);
	}

	/** Saves and returns the state of a machine's devices. The machine then stays stopped until QEMU gets "cont". */
	async save(qemu: Qemu): Promise<Buffer> {
		let onConnection = (_connection: Socket) => {};
		const saved = new Promise<Buffer>((resolve, reject) => {
			onConnection = (connection) => void buffer(connection).then(resolve, reject);
		});
		this.server.once("connection", onConnection);
		try {
			await saveState(qemu, `unix:${qemu.statePath ?? join(this.dir, "state")}`);
			return await saved;
		} finally {
			this.server.off("connection", onConnection);
		}
	}

	async close(): Promise<void> {
		this.server.close();
		if (this.fd === null) await rm(this.dir, { recursive: true, force: true });
		else closeSync(this.fd);
	}
}

// Missing in Node's constants. A descriptor that is opened with this flag only names a file: see open(2).
const O_PATH = 0o10000000;
