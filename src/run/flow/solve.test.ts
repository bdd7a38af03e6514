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

	test("rows within steps leave no gap of over 1/20 decade of time, and are not counted as steps", () => {
		const shown = rows.filter((row) => row["flow/clock"]! >= 0.0099);
		const gaps = shown.slice(1).map((row, i) => Math.log10(row["flow/time"]! / shown[i]!["flow/time"]!));
		expect(Math.max(...gaps)).toBeLessThan(0.05 + 1e-6);
		expect(shown[0]!["flow/clock"]).toBeCloseTo(0.01, 9);
		// Steps have a length, moments within them have none; the start counts as a row of length 0.
		const ofSteps = rows.filter((row) => row["flow/h"] !== undefined);
		expect(ofSteps.map(({ step }) => step)).toEqual(Array.from({ length: steps + 1 }, (_, i) => i));
		expect(rows.length).toBeLessThanOrEqual(400 + events.length);
		for (const row of rows) expect(Math.abs(row["flow/energy_gap"]!)).toBeLessThan(2e-5);
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

test("a first crossing is none where the boundary was passed at time 0: seed 3 of P crosses back and has no T0.5", async () => {
	const { rows, events } = await solve({
		...configurations.P,
		seed: 3,
		dynamics: { name: "flow", time: 4, guarantees: false },
	});
	const overtakes = (row: (typeof rows)[number]) =>
		-row["word/rate.3"]! > Math.max(row["word/rate.1"]!, row["word/rate.2"]!);
	expect([overtakes(rows[0]!), rows.every(overtakes), overtakes(rows.at(-1)!)]).toEqual([true, false, true]);
	expect(events.map(({ name }) => name)).not.toContain("T0.5");
	expect(events.map(({ name }) => name)).toContain("T1");
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

describe("a flow that cannot be computed", () => {
	const scales = (mlp: number, attention = 0.1) =>
		solve({ initialisation: { name: "gaussian", mlp, value: mlp, attention } });

	test("is refused where initial values are too large: for numbers, for float64 to see them change, for softmax", async () => {
		await expect(scales(1e200)).rejects.toThrow(/to be finite at time 0.*`initialisation`/);
		await expect(scales(1e100)).rejects.toThrow(/‖∇L̂‖² to be finite at time 0, got Infinity/);
		for (const scale of [1e20, 1e60])
			await expect(scales(scale)).rejects.toThrow(/outputs of at most 4\.5e\+15 at time 0.*itself plus 1/);
		await expect(scales(0.1, 1e5)).rejects.toThrow(/saturated softmax.*`initialisation\.attention`/);
		const frozen = await solve({
			model: { ...configurations.S.model, attention: "frozen" },
			initialisation: { name: "gaussian", mlp: 0.1, value: 0.1, attention: 1e5 },
			dynamics: { name: "flow", clock: 10, guarantees: false },
		});
		expect(frozen.state).toBe("finished");
	});

	test("is refused where they are so small that its speed is 0 or its end infinite", async () => {
		await expect(scales(1e-170)).rejects.toThrow(
			"Expected κ₀ = m₁m(σ₁² + σ_V²) to be positive at time 0, got 0",
		);
		await expect(scales(1e-160)).rejects.toThrow(
			/end of the flow to be a positive and finite time, got Infinity/,
		);
	});

	test("is refused where the steps do not reach the end, or the tolerance is too small for numbers", async () => {
		const steps = { name: "flow", clock: 1000, steps: 5 } as const;
		await expect(solve({ dynamics: steps })).rejects.toThrow("Expected 5 `steps` to reach time");
		const tolerance = { name: "flow", clock: 1000, absoluteTolerance: 1e-300 } as const;
		expect(() => solve({ dynamics: tolerance })).toThrow(/`dynamics.absoluteTolerance`/);
	});
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
