import { drawAnswers } from "../../drawings/answers.ts";
import { answersOf } from "../../views/answers.ts";
import { answersInWords } from "../../views/answers-in-words.ts";
import type { Painter } from "./painter.ts";

/** Each question, with each shell's answer. */
export const answers: Painter = {
	name: "answers",
	title: "Two answers",
	paint(past) {
		const picture = answersOf(past);
		return {
			latestChange: picture.latestChange,
			inWords: answersInWords(picture).join("\n"),
			draw: (sheet) => drawAnswers(picture, sheet),
		};
	},
};
