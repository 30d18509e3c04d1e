/** How a learner's modules are type-checked: by their editor, in the workspace, and by a check. They say the same. */
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
