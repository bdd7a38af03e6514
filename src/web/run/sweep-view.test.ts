import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import type { SweepAnswer, SweepCell } from "../../server/api-types.ts";
import { columnsOfSweep, drawPhases, sortedCells } from "./sweep-view.ts";

const { document } = new JSDOM("").window;

const cell = (rate: number, loss?: number): SweepCell => ({
	...(loss !== undefined && { path: `s/cells/${rate}` }),
	title: `learningRate ${rate}`,
	coordinates: { "optimizer.learningRate": rate, "optimizer.weightDecay": 0.1 },
	seed: 0,
	state: loss === undefined ? "missing" : "finished",
	values: loss === undefined ? {} : { "val/loss": { first: 9, last: loss } },
});
const cells = [cell(1e-3, 4), cell(1e-2), cell(1e-1, 2)];
const sweep: SweepAnswer = {
	path: "s",
	name: "grid",
	axes: { "optimizer.learningRate": [1e-3, 1e-2, 1e-1], "optimizer.weightDecay": [0.1] },
	variants: [],
	seeds: [0],
	cells,
	phase: {
		cells: cells.map(({ coordinates, seed, state, path }) => ({
			learningRate: Number(coordinates["optimizer.learningRate"]),
			weightDecay: 0.1,
			seed,
			state,
			...(path && { path, growth: 0.2 }),
		})),
		boundaries: [],
		defaults: { learningRate: 1e-3, weightDecay: 0.01 },
	},
};

test("a cell of the phase diagram leads to its run, and one that never began nowhere", () => {
	const figure = drawPhases(sweep, { document })!;
	const targets = [...figure.svg.querySelectorAll("a")].map((link) => link.getAttribute("href"));
	expect(targets).toEqual(["?page=run&path=s/cells/0.001", "?page=run&path=s/cells/0.1"]);
	expect(drawPhases({ ...sweep, phase: undefined } as unknown as SweepAnswer, { document })).toBeUndefined();
});

test("cells are sorted by what they show, and those without a value come last", () => {
	const columns = columnsOfSweep(sweep);
	expect(columns).toEqual(["optimizer.learningRate", "optimizer.weightDecay", "state", "val/loss"]);
	const rates = (isDescending: boolean) =>
		sortedCells(cells, "val/loss", isDescending).map(
			({ coordinates }) => coordinates["optimizer.learningRate"],
		);
	expect(rates(false)).toEqual([1e-1, 1e-3, 1e-2]);
	expect(rates(true)).toEqual([1e-3, 1e-1, 1e-2]);
	expect(sortedCells(cells, "", true)).toBe(cells);
});
