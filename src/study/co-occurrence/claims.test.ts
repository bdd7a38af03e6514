/** The claims about flows, asked of real rows: two seeds of S, one of C. */
import { JSDOM } from "jsdom";
import { beforeAll, describe, expect, test } from "vitest";
import type { Row } from "../../figure/figure.ts";
import { parseFlowConfig } from "../../run/flow/config.ts";
import { solveFlow } from "../../run/flow/solve.ts";
import { judge } from "../study.ts";
import { attention } from "./attention.ts";
import { balancing } from "./balancing.ts";
import { configurations, type Letter } from "./configurations.ts";
import { endState } from "./end-state.ts";
import { broken, flowsOf, overSeeds } from "./flows.ts";
import { phases } from "./phases.ts";

const parts = [phases, balancing, attention, endState];
const claims = parts.flatMap((part) => part.claims);
let rows: Row[] = [];

async function rowsOf(letter: Letter, seed: number): Promise<Row[]> {
	const { dynamics, ...rest } = configurations[letter];
	const flow = { kind: "flow", seed, ...rest, dynamics: { ...dynamics, guarantees: false } };
	const solution = await solveFlow(parseFlowConfig(flow, letter));
	return solution.rows.map((row) => ({ ...row, run: `${letter}-${seed}` }));
}

beforeAll(async () => {
	rows = [...(await rowsOf("S", 1)), ...(await rowsOf("S", 0)), ...(await rowsOf("C", 0))];
});

const verdictOf = (id: string) => {
	const claim = claims.find((candidate) => candidate.id === id);
	if (!claim) throw new Error(`no claim ${id}`);
	return judge(claim, rows).verdict;
};

describe("claims of the co-occurrence study", () => {
	test("have names of their own, and those about a broken configuration say what is broken", () => {
		expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
		for (const { id, outside } of claims) {
			const why = broken[id.slice(id.lastIndexOf(".") + 1) as Letter];
			if (why && !id.startsWith("end-state.descent")) expect(outside).toBe(why);
		}
	});

	test("are measured on every claim about S, and all hold but one, which irrelevant words break just after T1", () => {
		// Claims about neurons and irrelevant words speak of analyses, which have tests of their own.
		const aboutFlows = claims.filter(
			({ id }) => id.endsWith(".S") && !/^(end-state\.neurons|attention\.irrelevant)/.test(id),
		);
		const judged = aboutFlows.map((claim) => judge(claim, rows));
		expect(judged.length).toBeGreaterThan(50);
		const others = judged.filter(({ verdict }) => verdict !== "holds").map(({ id }) => id);
		expect(others).toEqual(["phases.bare-margins.S"]);
	});

	test("fail where their hypotheses do: with 12 samples of 5 words the left side of Lemma 4.5, and T0.5 with it", () => {
		for (const id of ["balancing.left.C", "balancing.ratio-low.C", "phases.overtaking.C"])
			expect(verdictOf(id)).toBe("fails");
		for (const id of [
			"balancing.right.C",
			"balancing.small-n.C",
			"attention.monotone.C",
			"phases.losses-fall.C",
		])
			expect(verdictOf(id)).toBe("holds");
	});

	test("are not measured without the flows that they speak of", () => {
		for (const id of ["balancing.left.R", "attention.lower-loss", "end-state.descent-loss"])
			expect(verdictOf(id)).toBe("not measured");
		for (const claim of claims)
			if (/\.(R|A|A2|P|X)$/.test(claim.id)) expect(claim.measure([])).toBeUndefined();
	});

	test("the idealised flow and the SVM table hold by themselves, to the digits of the specification", () => {
		for (const id of [
			"phases.ideal-half",
			"phases.ideal-end",
			"phases.ideal-table",
			"balancing.ideal-shares",
		])
			expect(verdictOf(id)).toBe("holds");
		for (const id of [
			"balancing.ideal-root",
			"balancing.ideal-loss",
			"balancing.ideal-all-pairs",
			"balancing.finite-table",
		])
			expect(verdictOf(id)).toBe("holds");
	});
});

describe("the worst of several seeds", () => {
	test("is the one that the choice says, and the detail gives the spread", () => {
		const loss = ({ run }: { run: string }) => (run === "S-0" ? 1 : 3);
		expect(overSeeds(rows, "S", loss, "largest")).toEqual({
			value: 3,
			detail: "2 seeds: 1 to 3, median 2; S-1 counts.",
		});
		expect(overSeeds(rows, "S", loss, "smallest")!.value).toBe(1);
		expect(overSeeds(rows, "S", loss, "median")!.value).toBe(2);
		expect(overSeeds(rows, "S", loss, { farthestFrom: 2.5 })!.value).toBe(1);
		expect(overSeeds(rows, "S", () => Number.NaN, "largest")).toBeUndefined();
	});

	test("a flow without a summary has not finished, and S is not the family of Sx-0", () => {
		const unfinished = rows.filter((row) => row.run === "S-1" && row["summary/quiet"] === undefined);
		const stranger = rows.filter((row) => row.run === "S-1").map((row) => ({ ...row, run: "Sx-1" }));
		expect(flowsOf([...unfinished, ...stranger], "S")).toEqual([]);
		expect(flowsOf(rows, "S").map(({ run }) => run)).toEqual(["S-0", "S-1"]);
	});
});

test("each part draws what there is of these flows, and nothing of no rows", () => {
	const { document } = new JSDOM("").window;
	for (const part of parts) expect(part.figures([], { document })).toEqual([]);
	const drawn = [phases, balancing, endState].flatMap((part) => part.figures(rows, { document }));
	expect(drawn.map(({ id }) => id)).toEqual(
		expect.arrayContaining(["losses-S-0", "balance-S-0", "balance-C-0", "loss-rate-S-0"]),
	);
	expect(new Set(drawn.map(({ id }) => id)).size).toBe(drawn.length);
});
