import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { visibleProgress } from "../../base/progress.ts";
import { findLesson, readLesson } from "../../judge/lessons.ts";
import { dispatch } from "../../live/dispatch.ts";
import type { DemoEvent } from "../../live/events.ts";
import { DemoInMachine } from "../../live/machine/demo-in-machine.ts";
import { loadForStage } from "../../live/machine/loaded-demo.ts";
import type { PageMessage, ServerMessage } from "../../live/messages.ts";
import { makePage } from "../../live/page.ts";
import { openServer, type Server } from "../../live/server.ts";
import { MachinePool } from "../../vm/machine-pool.ts";

const FOLLOWERS = 30;
const IDLE_MS = 10_000;
/** Pause before each change. After it, the stage's watcher has finished all its readings of the previous change. */
const PAUSE_MS = 3_000;
/** Clock ticks per second in /proc: USER_HZ. */
const TICKS = 100;

/**
 * Measures the time from a change in the machine to the message that shows it in a page. A command changes the
 * hostname and prints a line. The time begins with that line, and ends with the first view that has the new hostname.
 * It is measured without followers, and with {@link FOLLOWERS} of them. Also measures how much of a processor QEMU
 * uses while only the probe works.
 * @param n how many changes are measured without followers, and how many with them
 */
export async function liveTimings(n: number): Promise<Record<string, number[]>> {
	const values: Record<string, number[]> = { liveFrameMs: [], liveFrameWithFollowersMs: [], liveIdlePercent: [] };
	await visibleProgress.step("liveFrameMs", async () => {
		const machines = new MachinePool(visibleProgress);
		const lesson = await findLesson("02");
		let demo: DemoInMachine | undefined;
		const page = await makePage(lesson.id, await readLesson(lesson));
		const server = await openServer({
			port: 0,
			share: true,
			page,
			dispatch: async (message) => demo && dispatch(demo, message),
		});
		try {
			await machines.makeReady();
			const loaded = await loadForStage(lesson, { columns: 80, rows: 16 });
			demo = await DemoInMachine.open(loaded, machines.beginStage.bind(machines), server.audience.sendEvent);
			const presenter = await Listener.enter(server.link);
			for (let i = 0; i < n; i++) values["liveFrameMs"]?.push(await changeToViewMs(presenter, `alone-${i}`));
			values["liveIdlePercent"]?.push(await idlePercent(demo.pid));
			const followers = await Promise.all(Array.from({ length: FOLLOWERS }, () => follow(server)));
			for (let i = 0; i < n; i++)
				values["liveFrameWithFollowersMs"]?.push(await changeToViewMs(presenter, `followed-${i}`));
			for (const page of [presenter, ...followers]) page.leave();
		} finally {
			await demo?.close();
			await server.close();
			await machines.close();
		}
	});
	return values;
}

async function changeToViewMs(presenter: Listener, name: string): Promise<number> {
	await sleep(PAUSE_MS);
	// The typed line has quotation marks before the name, so only the printed line matches.
	presenter.send({ action: "type", shell: "host", keys: `hostname ${name}; echo "is ""${name}"\r` });
	const [printedMs, seenMs] = await Promise.all([
		presenter.hears((event) => event.type === "output" && event.data.includes(`is ${name}`)),
		presenter.hears((event) => event.type === "view" && event.view.host.hostname === name),
	]);
	return Math.max(0, seenMs - printedMs);
}

async function idlePercent(pid: number): Promise<number> {
	await sleep(PAUSE_MS);
	const ticks = async () => {
		const stat = await readFile(`/proc/${pid}/stat`, "utf8");
		const [, , , , , , , , , , , utime = "0", stime = "0"] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return Number(utime) + Number(stime);
	};
	const before = await ticks();
	await sleep(IDLE_MS);
	return (((await ticks()) - before) / TICKS / (IDLE_MS / 1_000)) * 100;
}

const follow = (server: Server) => Listener.enter(server.shared?.replace(/\/\/[^:]+/, "//127.0.0.1") ?? "");

/** Receives what the server sends to a page. */
class Listener {
	readonly #waiting = new Set<(event: DemoEvent) => void>();

	private constructor(private readonly socket: WebSocket) {
		socket.on("message", (data) => {
			const message = JSON.parse(String(data)) as ServerMessage;
			if (message.type === "event") for (const take of [...this.#waiting]) take(message.event);
		});
	}

	static async enter(link: string): Promise<Listener> {
		const { origin } = new URL(link);
		const socket = new WebSocket(new URL("socket", link.replace("http:", "ws:")), { origin });
		const listener = new Listener(socket);
		await once(socket, "open");
		return listener;
	}

	send(message: PageMessage): void {
		this.socket.send(JSON.stringify(message));
	}

	/** Waits for an event that fits. @returns the time at which it came, by performance.now() */
	hears(wanted: (event: DemoEvent) => boolean): Promise<number> {
		return new Promise((resolve) => {
			const take = (event: DemoEvent) => {
				if (!wanted(event)) return;
				this.#waiting.delete(take);
				resolve(performance.now());
			};
			this.#waiting.add(take);
		});
	}

	leave(): void {
		this.socket.close();
	}
}
