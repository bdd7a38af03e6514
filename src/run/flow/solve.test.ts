import { describe, expect, test } from "vitest";
import { configurations } from "../../study/co-occurrence/configurations.ts";
import { type FlowOptions, parseFlowConfig } from "./config.ts";
import { type SolveOptions, solveFlow } from "./solve.ts";

const solve = (change: Partial<FlowOptions> = {}, options?: SolveOptions) =>
	solveFlow(parseFlowConfig({ kind: "flow", ...configurations.S, ...change }), options);

describe("a flow of configuration S", async () => {
	const { state, rows, steps, work, events, form, initial, final } = await solve();
	const last = rows.at(-1)!;

	test("its rows are in order of time, finite, and begin and end where the flow does", () => {
		expect(state).toBe("finished");
		expect(rows[0]).toMatchObject({ step: 0, "flow/time": 0 });
		expect(last).toMatchObject({
			step: steps,
			"flow/accepted": steps,
			"flow/evaluations": work!.evaluations,
		});
		expect(last["flow/clock"]).toBeCloseTo(1000, 9);
		expect(rows.flatMap((row) => Object.values(row)).every(Number.isFinite)).toBe(true);
		const times = rows.map((row) => row["flow/time"]!);
		expect(times).toEqual([...times].sort((a, b) => a - b));
	});

	test("T0.5 precedes T1, at whose row the least margin is 0 within 1e-12", () => {
		expect(events.map(({ name }) => name)).toEqual(["T0.5", "T1", "threshold"]);
		for (const { name, time } of events) {
			const row = rows.find((candidate) => candidate[`event/${name}`] === 1)!;
			expect(row["flow/time"]).toBe(time);
			expect(last[`summary/time.${name}`]).toBe(time);
		}
		const margin = rows.find((row) => row["event/T1"] === 1)!["margin/least"]!;
		expect(Math.abs(margin)).toBeLessThan(1e-12);
	});

	test("the guarantees hold at the scale of the tolerance, 1e-6, and what is linear to rounding", () => {
		for (const name of ["mlp", "attention", "energy", "loss", "T1"])
			expect(last[`guarantee/${name}`]).toBeLessThan(2e-6);
		expect(last["guarantee/loss"]).toBeGreaterThan(0);
		expect(last["guarantee/keys"]).toBeLessThan(1e-13);
		expect(last["guarantee/energy"]).toBe(Math.abs(last["flow/energy_gap"]!));
		expect(form.observe(final).loss).toBe(last["train/loss"]);
		expect(form.observe(initial).loss).toBe(rows[0]!["train/loss"]);
	});

	test("a few rows are a part of many, and the summary is over all steps either way", async () => {
		const few = await solve({ rows: 10 });
		expect(few.rows.length).toBeLessThanOrEqual(10 + events.length);
		const known = new Map(rows.map((row) => [row["flow/time"], row["train/loss"]]));
		for (const row of few.rows) expect(known.get(row["flow/time"])).toBe(row["train/loss"]);
		const summaryOf = (row: object) =>
			Object.entries(row).filter(([key]) => /^(summary|guarantee)/.test(key));
		expect(summaryOf(few.rows.at(-1)!)).toEqual(summaryOf(last));
	});

	test.each(["full", "closed"] as const)("the %s form says the same to the tolerance", async (name) => {
		const dynamics = {
			...configurations.S.dynamics,
			form: name,
			guarantees: false,
		} as FlowOptions["dynamics"];
		const other = await solve({ dynamics });
		const end = other.rows.at(-1)!;
		for (const key of ["train/loss", "summary/clock.T1", "word/G.1", "score/raw.21"])
			expect(Math.abs(end[key]! / last[key]! - 1)).toBeLessThan(2e-5);
		expect(end["guarantee/loss"]).toBeUndefined();
	});
});

describe("gradient descent in the place of the flow", () => {
	test("has T1 at the end of a step, in the step's own row, near that of the flow", async () => {
		const rate = 0.01;
		const { rows, events, steps } = await solve({
			dynamics: { name: "descent", rate, steps: 300 },
			rows: 60,
		});
		const flow = await solve({ dynamics: { name: "flow", time: 3, guarantees: false } });
		const T1 = events.find(({ name }) => name === "T1")!;
		expect(steps).toBe(300);
		expect(T1.time / rate).toBeCloseTo(T1.step, 9);
		expect(rows.filter(({ step }) => step === T1.step)).toHaveLength(1);
		const located = flow.events.find(({ name }) => name === "T1")!.time;
		expect(Math.abs(T1.time - located)).toBeLessThan(5 * rate);
		expect(rows.length).toBeLessThanOrEqual(60 + events.length);
	});

	test("that diverges ends as such, and says what stopped being a number when", async () => {
		const { state, message, rows, steps } = await solve({
			dynamics: { name: "descent", rate: 1e9, steps: 50 },
		});
		expect(state).toBe("diverged");
		expect(message).toMatch(/Expected .+ to be finite, got a value at time \d+ .*dynamics\.rate/);
		expect(steps).toBeLessThan(50);
		expect(rows.at(-1)).not.toHaveProperty("guarantee/mlp");
		expect(rows.flatMap((row) => Object.values(row)).every(Number.isFinite)).toBe(true);
	});
});

test("initial values too large for numbers are refused, and a tolerance that the steps do not reach", async () => {
	const initialisation = { name: "gaussian", mlp: 1e200, value: 1e200, attention: 0.1 } as const;
	await expect(solve({ initialisation })).rejects.toThrow(/to be finite at time 0.*`initialisation`/);
	const dynamics = { name: "flow", clock: 1000, steps: 5 } as const;
	await expect(solve({ dynamics })).rejects.toThrow("Expected 5 `steps` to reach time");
});

test("an aborted flow ends as interrupted, with the rows up to there", async () => {
	const controller = new AbortController();
	const stopped = await solve(
		{ dynamics: { name: "descent", rate: 1e-4, steps: 1_000_000 } },
		{ signal: controller.signal, onProgress: (share) => share > 0.1 && controller.abort() },
	);
	expect(stopped.state).toBe("interrupted");
	expect(stopped.steps).toBeLessThan(1_000_000);
	expect(stopped.rows.length).toBeGreaterThan(1);
});
