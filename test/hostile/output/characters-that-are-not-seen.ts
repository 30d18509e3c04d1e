// Characters that are not seen, or turn the writing round: marks of direction, separators of lines, tags, private use.
// diagnosis: exception
// harmless: yes
const UNSEEN = "a\u200f\u200e\u061c\u2028\u2029\u{e0041}\u{e007f}\ufff9\u00ad\u200b\ue000\ud800\u3164\u{e0100}";

export function isolate(_hostname: string): void {
	console.log(UNSEEN);
	throw Object.assign(new Error(UNSEEN), { name: UNSEEN });
}
