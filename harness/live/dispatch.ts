import type { DemoPlayer } from "./demo-player.ts";
import { SHELLS } from "./events.ts";
import type { PlayerMessage } from "./messages.ts";

/** Carries out a message of a presenter's page. */
export async function dispatch(player: DemoPlayer, message: PlayerMessage): Promise<void> {
	switch (message.action) {
		case "jump":
			return player.jump(message.step);
		case "type":
			return player.type(message.shell, message.keys);
		case "resize":
			for (const shell of SHELLS) await player.resize(shell, message.size);
			return;
		default:
			return player[message.action]();
	}
}
