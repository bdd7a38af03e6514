import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["src/**/*.test.ts", "test/**/*.test.ts"],
		// Native sessions and WebAssembly memories live per process; forks keep them apart and end them.
		pool: "forks",
		maxWorkers: 2,
		testTimeout: 60_000,
		hookTimeout: 60_000,
		// Two browsers on two cores may be slow.
		expect: { poll: { timeout: 10_000 } },
	},
});
