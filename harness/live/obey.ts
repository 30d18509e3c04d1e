import { SHELLS } from "./events.ts";
import type { Show } from "./show.ts";
import type { PageWord } from "./words.ts";

/** Carries out a message of a presenter's page. */
export async function obey(show: Show, word: PageWord): Promise<void> {
	switch (word.say) {
		case "jump":
			return show.jump(word.step);
		case "type":
			return show.type(word.shell, word.keys);
		case "resize":
			for (const shell of SHELLS) await show.resize(shell, word.size);
			return;
		default:
			return show[word.say]();
	}
}
