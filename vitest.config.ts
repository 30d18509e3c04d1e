import { defineConfig } from "vitest/config";

// "unit" runs in seconds on any system; "vm" needs QEMU and the template, which its tests share and run side by side.
export default defineConfig({
	test: {
		projects: [
			// Some start drydock as a process; on a busy computer that takes seconds.
			{
				test: {
					name: "unit",
					include: ["test/unit/**/*.test.ts"],
					testTimeout: 60_000,
					maxWorkers: 2,
					sequence: { groupOrder: 0 },
				},
			},
			{
				test: {
					name: "vm",
					include: ["test/vm/**/*.test.ts"],
					testTimeout: 180_000,
					hookTimeout: 300_000,
					maxConcurrency: 3,
					maxWorkers: 1,
					isolate: false,
					// Machines want both processors.
					sequence: { groupOrder: 1 },
				},
			},
		],
	},
});
