/**
 * Options for type-checking a learner's modules. The workspace's editor and a check use the same ones, so both report
 * the same errors.
 */
export const COMPILER_OPTIONS = {
	target: "es2023",
	lib: ["es2023"],
	module: "esnext",
	moduleResolution: "bundler",
	strict: true,
	noEmit: true,
	skipLibCheck: true,
	allowImportingTsExtensions: true,
	types: ["node"],
};
