/** The facts of the specification (§9.1) on whole flows: two seeds of the configuration in which every lemma holds. */
import { beforeAll, describe, expect, test } from "vitest";
import { parseFlowConfig } from "../../run/flow/config.ts";
import { solveFlow } from "../../run/flow/solve.ts";
import { configurations, type Letter } from "../../study/co-occurrence/configurations.ts";
import { monotones } from "./moments.ts";
import { predicates } from "./predicates.ts";

async function solve(letter: Letter, seed: number) {
	const { dynamics, ...rest } = configurations[letter];
	const flow = { kind: "flow", seed, ...rest, dynamics: { ...dynamics, guarantees: false } };
	return (await solveFlow(parseFlowConfig(flow, letter))).rows;
}

describe.each([0, 1])("configuration S, seed %i", (seed) => {
	let rows: Awaited<ReturnType<typeof solve>>;
	let end: Readonly<Record<string, number | undefined>>;
	const of = (key: string): number => end[`summary/${key}`]!;

	beforeAll(async () => {
		rows = await solve("S", seed);
		end = rows.at(-1)!;
	});

	test("T0.5 comes at κ₀t = 3 to 6 and T1 after it, at 6 to 13, where both events have a row", () => {
		expect(of("clock.T0.5")).toBeGreaterThan(3);
		expect(of("clock.T0.5")).toBeLessThan(6);
		expect(of("clock.T1")).toBeGreaterThan(6);
		expect(of("clock.T1")).toBeLessThan(13);
		const at = (event: string) => rows.find((row) => row[`event/${event}`] === 1)!;
		expect(at("T1")["flow/time"]).toBe(of("time.T1"));
		expect(Math.abs(at("T1")["margin/least"]!)).toBeLessThan(1e-9);
		expect(at("T0.5")["balance/rate_max"]).toBeCloseTo(1, 9);
	});

	test("at T1 the words have aligned, the loss is 0.33 to 0.45, and attention has hardly moved", () => {
		expect(Math.min(of("G_T1.1"), of("G_T1.2"))).toBeGreaterThan(0.6);
		expect(of("G_T1.3")).toBeLessThan(-0.5);
		expect(of("loss_T1")).toBeGreaterThan(0.33);
		expect(of("loss_T1")).toBeLessThan(0.45);
		expect(of("quiet")).toBeLessThan(0.1);
		expect(of("attention_T1") / 3).toBeLessThan(1e-3);
	});

	test("from T1 on gradients balance at every step, and all scalars of Theorem 3.2 move one way", () => {
		expect(of("ratio_min")).toBeGreaterThan(1.1);
		expect(of("ratio_max")).toBeLessThan(1.9);
		expect(of("rate_max_min")).toBeGreaterThan(1.1);
		expect(of("rate_sum_max")).toBeLessThan(0.8);
		expect(of("inequality")).toBe(1);
		expect(of("ordered")).toBe(1);
		expect(of("in_class_max")).toBeLessThan(4);
		for (const { name } of monotones) expect(of(`monotone.${name}`)).toBe(1);
		for (const k of [1, 2, 3, 4]) expect(of(`class_monotone.${k}`)).toBe(1);
	});

	test("the worst from T1 on is that of the row at T1 and of the steps after it, of no moment within a step", () => {
		const from = rows.findIndex((row) => row["event/T1"] === 1);
		const counted = [rows[from]!, ...rows.slice(from + 1).filter((row) => row["flow/h"] !== undefined)];
		expect(counted.length).toBeLessThan(rows.length - from);
		const values = (key: string) => counted.map((row) => row[key]!);
		expect(of("classes_max")).toBe(Math.max(...values("balance/classes")));
		expect(of("ratio_max")).toBe(Math.max(...values("balance/ratio")));
		expect(of("rate_max_min")).toBe(Math.min(...values("balance/rate_max")));
	});

	test("every condition of phase 2 holds to the end, so that T2 does not exist", () => {
		for (const { name, constant } of predicates) {
			expect(of(`needed.${name}`)).toBeLessThanOrEqual(constant);
			expect(end).not.toHaveProperty(`summary/predicate.${name}`);
		}
		expect(end).not.toHaveProperty("summary/time.T2");
	});

	test("ends at κ₀t = 1000 with the loss, the margin and the shares of the classes that the SVM predicts", () => {
		expect(end["train/loss"]).toBeGreaterThan(4.5e-4);
		expect(end["train/loss"]).toBeLessThan(5.5e-4);
		expect(end["margin/least"]).toBeGreaterThan(6.9);
		expect(end["margin/least"]).toBeLessThan(7.1);
		const ratio = end["class/sum.1"]! / end["class/sum.2"]!;
		expect(ratio).toBeGreaterThan(1.4);
		expect(ratio).toBeLessThan(1.48);
		expect(of("svm.sum.12")).toBeCloseTo(1.45, 9);
		expect(end["class/sum.4"]! / end["class/sum.2"]!).toBeLessThan(3e-3);
	});

	test("scores between targets rise, those for the common word fall, and so do their value vectors", () => {
		expect(Math.min(of("change.score.21"), of("change.score.12"))).toBeGreaterThan(0);
		expect(Math.max(of("change.score.31"), of("change.score.32"))).toBeLessThan(0);
		expect(of("change.value.12")).toBeGreaterThan(0);
		expect(Math.max(of("change.value.13"), of("change.value.23"))).toBeLessThan(0);
		expect(Math.min(of("class2_peak"), of("class3_peak"))).toBeGreaterThan(1);
	});
});

describe("where hypotheses are broken", () => {
	test("12 samples of 5 words: −G₃′ never overtakes the targets, T0.5 is absent, and T1 is there", async () => {
		const end = (await solve("C", 0)).at(-1)!;
		expect(end).not.toHaveProperty("summary/time.T0.5");
		expect(end).not.toHaveProperty("summary/between.inequality");
		expect(end["summary/clock.T1"]).toBeGreaterThan(0);
		expect(end["summary/rate_max_min"]).toBeLessThan(1);
		expect(end["summary/inequality"]).toBe(0);
	});

	test("far too large initial scores: a condition fails, and T2 is the first time at which one does", async () => {
		const end = (await solve("X", 0)).at(-1)!;
		const failures = predicates.flatMap(({ name }) => end[`summary/predicate.${name}`] ?? []);
		expect(failures.length).toBeGreaterThan(0);
		expect(end["summary/clock.T2"]).toBe(Math.min(...failures));
	});
});
