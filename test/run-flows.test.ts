/** Flows in worker processes: those of the built program, since Node runs no TypeScript. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type FlowOptions, parseFlowConfig } from "../src/run/flow/config.ts";
import { runPaths } from "../src/run/paths.ts";
import { readStatus } from "../src/run/status.ts";
import type { FlowJob } from "../src/sweep/run-flows.ts";
import { main, requireBuild } from "./support/cli.ts";
import { temporaryFolder } from "./support/tiny-run.ts";

beforeAll(requireBuild);
const built: typeof import("../src/sweep/run-flows.ts") = await import(
	join(main, "../../sweep/run-flows.js")
);
const { runFlows } = built;

const folder = temporaryFolder();

const job = (name: string, dynamics: FlowOptions["dynamics"]): FlowJob => ({
	config: parseFlowConfig({
		kind: "flow",
		data: { samples: 6, length: 3 },
		model: { width: 8, neurons: 2 },
		initialisation: { name: "gaussian", mlp: 0.1, value: 0.1, attention: 0.1 },
		dynamics,
	}),
	directory: join(folder, name),
});
const flow = { name: "flow", clock: 5, guarantees: false } as const;
const stateOf = async ({ directory }: FlowJob) => (await readStatus(directory)).state;

test("flows are computed side by side; one that diverges has ended like the others, and all is told as done", async () => {
	const jobs = [
		job("whole", flow),
		job("diverging", { name: "descent", rate: 1e9, steps: 1000 }),
		job("descent", { name: "descent", rate: 0.1, steps: 20 }),
	];
	const told: number[] = [];
	await runFlows(jobs, { processes: 2, onProgress: (fraction) => told.push(fraction) });
	expect(await Promise.all(jobs.map(stateOf))).toEqual(["finished", "diverged", "finished"]);
	expect(told.at(-1)).toBe(1);
});

test("the first flow that cannot be computed is named, and no further one is begun", async () => {
	const jobs = [job("impossible", { ...flow, steps: 2 }), job("after", flow)];
	await expect(runFlows(jobs, { processes: 1 })).rejects.toThrow(
		/Expected 2 `steps` to reach time .*\(.*impossible\)/s,
	);
	expect(existsSync(jobs[1]!.directory)).toBe(false);
});

test("a flow that is there is computed anew, whatever its status says", async () => {
	const one = job("again", flow);
	await runFlows([one], { processes: 1 });
	const { updated } = await readStatus(one.directory);
	writeFileSync(runPaths(one.directory).metrics, "");
	await runFlows([one], { processes: 1 });
	expect((await readStatus(one.directory)).updated).not.toBe(updated);
});

test("aborted, running flows end as interrupted, and no further one is begun", async () => {
	const long = { name: "descent", rate: 1e-6, steps: 50_000_000 } as const;
	const jobs = [job("running", long), job("waiting", flow)];
	const controller = new AbortController();
	// Half a second after it began.
	const onProgress = (fraction: number) => fraction > 0 && controller.abort();
	await runFlows(jobs, { processes: 1, signal: controller.signal, onProgress });
	expect(await stateOf(jobs[0]!)).toBe("interrupted");
	expect(existsSync(jobs[1]!.directory)).toBe(false);
});
