// JSON, which every bundler takes, from another directory; somebody else's submission would be found like this, too.
// diagnosis: unresolved-import
// says: outside of the submission
import tuning from "../../../tsconfig.json";

export function isolate(_hostname: string): void {
	console.log(tuning);
}
