import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { dispatch } from "../harness/live/dispatch.ts";
import type { DemoEvent } from "../harness/live/events.ts";
import { makePage } from "../harness/live/page.ts";
import { Playback } from "../harness/live/recording/playback.ts";
import { readRecording } from "../harness/live/recording/recording.ts";
import { openServer } from "../harness/live/server.ts";
import { openBrowser } from "./support/browser.ts";

// Takes pictures of the live page, to be looked at: `npm run screens -- FILE.jsonl --step 3 --out DIR`. The file is a
// recording (`npx drydock demo record 05 --out FILE.jsonl`). Each view that the demo has is shown after that step: on screens of
// three sizes, in both themes, in normal and in large text.

const SCREENS = { projector: [1280, 720], wide: [1920, 1080], phone: [390, 844] } as const;
const THEMES = ["light", "dark"] as const;
const TEXT_SIZES = ["normal", "large"] as const;
/** By now the page has drawn its contents again, after its size or what it shows has changed. */
const REDRAWN_MS = 400;

const { positionals, values } = parseArgs({
	allowPositionals: true,
	options: {
		step: { type: "string", default: "1" },
		out: { type: "string", default: "screens" },
		/** The presenter's page instead of the audience's. */
		presenter: { type: "boolean", default: false },
		/** Keys to press before each picture, such as `f`. */
		keys: { type: "string", default: "" },
	},
});
const [file] = positionals;
if (file === undefined) throw new Error("name a recording");
const events: DemoEvent[] = await readRecording(file, "live");
const [head] = events;
if (head?.type !== "demo") throw new Error("the recording has no header");
await mkdir(values.out, { recursive: true });

let player: Playback | undefined;
const server = await openServer({
	...{ port: 0, share: true, recorded: true },
	page: await makePage(head.lesson, `# ${head.title}\n`),
	dispatch: async (message) => player && dispatch(player, message),
});
player = await Playback.open(events, server.audience.sendEvent);
const browser = await openBrowser();
const presenter = await browser.newPage();
await presenter.goto(server.link);
await player.jump(Number(values.step));
// The second `next` shows the step's end at once.
const played = player.next();
await player.next();
await played;
for (const [screen, [width, height]] of Object.entries(SCREENS))
	for (const theme of THEMES) {
		const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
		const page = await context.newPage();
		await page.goto((values.presenter ? server.link : server.shared) ?? server.link);
		for (const textSize of TEXT_SIZES) {
			if (textSize === "large") await page.keyboard.press("t");
			for (const [index, view] of (head.views ?? []).entries()) {
				await (values.presenter ? page : presenter).keyboard.press(String(index + 1));
				for (const key of values.keys) await page.keyboard.press(key);
				await page.waitForTimeout(REDRAWN_MS);
				// Shapes of a drawing move to their places. A cursor blinks for ever.
				await page.evaluate(() =>
					Promise.all(
						document
							.getAnimations()
							.filter((one) => Number(one.effect?.getComputedTiming().endTime) < Infinity)
							.map(({ finished }) => finished.catch(() => {})),
					),
				);
				const name = [head.lesson.slice(0, 2), values.step, view, screen, theme, textSize].join("-");
				await page.screenshot({ path: join(values.out, `${name}.png`), fullPage: screen === "phone" });
				process.stdout.write(`${name}\n`);
			}
		}
		await context.close();
	}
await browser.close();
await player.close();
await server.close();
