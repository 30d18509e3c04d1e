/** The machine was lost before its work began, so the exercise is not the cause. */
export class RestoreError extends Error {
	override readonly name = "RestoreError";

	constructor(
		message: string,
		/**
		 * Whether the template counts as damaged, because the machine never answered. A machine that has answered once was
		 * restored correctly.
		 */
		readonly templateDamaged: boolean,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}
