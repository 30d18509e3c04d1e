import type { DemoPlayer } from "./demo-player.ts";
import { SHELLS } from "./events.ts";
import type { PageMessage } from "./messages.ts";

/** Carries out a message of a presenter's page. */
export async function dispatch(show: DemoPlayer, message: PageMessage): Promise<void> {
	switch (message.action) {
		case "jump":
			return show.jump(message.step);
		case "type":
			return show.type(message.shell, message.keys);
		case "resize":
			for (const shell of SHELLS) await show.resize(shell, message.size);
			return;
		default:
			return show[message.action]();
	}
}
