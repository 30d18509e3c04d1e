import { defineConfig } from "vitest/config";

// "unit" runs in seconds on any system; "vm" needs QEMU and the template, which its tests share and run side by side.
export default defineConfig({
	test: {
		projects: [
			{ test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
			{
				test: {
					name: "vm",
					include: ["test/vm/**/*.test.ts"],
					testTimeout: 180_000,
					hookTimeout: 300_000,
					maxConcurrency: 2,
					maxWorkers: 1,
					isolate: false,
				},
			},
		],
	},
});
