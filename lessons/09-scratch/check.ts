import { type Context, defineCheck, type FactRule } from "../../harness/judge/index.ts";
import { copyRules } from "./copy-rules.ts";
import { derive, isImageBegun } from "./facts.ts";
import { imageRules } from "./image-rules.ts";
import { programRules } from "./program-rules.ts";
import { refusals, TOOL_ASKED } from "./refusals.ts";
import { draw, scenario } from "./scenario.ts";

// Until the second half is begun, its findings are consequences: the report shows them only if the first half is right.
const afterFirstHalf = (rules: readonly FactRule[]) =>
	rules.map((rule) => ({
		...rule,
		isConsequence: (context: Context) => !isImageBegun(context) || rule.isConsequence?.(context) === true,
	}));

const isOfImage = ({ fact }: FactRule) => fact.startsWith("image.");
const namesOf = (rules: readonly FactRule[]) => rules.map(({ fact }) => fact);

export default defineCheck({
	module: "image.ts",
	exported: "buildImage",
	weight: 15,
	groups: [
		{ title: "the files that programs need", points: 4, facts: namesOf(programRules) },
		{ title: "an image of blobs, named after their digests", points: 5, facts: namesOf(imageRules.filter(isOfImage)) },
		{
			title: "containers with the image's files",
			points: 2,
			facts: namesOf(imageRules.filter((rule) => !isOfImage(rule))),
			onlyWith: ["an image of blobs, named after their digests"],
		},
		{ title: "an image that cannot change unnoticed", points: 3, facts: namesOf(copyRules) },
	],
	lessonSummary:
		"An image consists of files and a few lines of JSON. Digests name its parts, so you can check the whole image. A container has only the files that are in its image: no shell, no library, no loader, unless you add them. A dynamic program's file names the interpreter and the libraries that the program needs.",
	draw,
	scenario,
	derive,
	facts: [
		// A wrong image also changes what programs do. So the image's rules come first, although the image belongs to the
		// second half.
		...afterFirstHalf(imageRules),
		...programRules,
		...afterFirstHalf(copyRules),
	],
	parts: [
		{ title: "programs", firstFunction: "gather", facts: namesOf(programRules) },
		{
			title: "an image that cannot change unnoticed",
			firstFunction: "buildImage",
			facts: namesOf([...imageRules, ...copyRules]),
			isBegun: isImageBegun,
		},
	],
	exceptions: [TOOL_ASKED, ...refusals],
});
