import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { judge } from "../study.ts";
import { t5 } from "./t5.ts";

const judged = Object.fromEntries(t5.claims.map((claim) => [claim.id, judge(claim, [])]));

test("T5: Assumption 1 needs a = 0.895 for the encoder and 0.938 for encoder and decoder, to 0.002", () => {
	expect(Math.abs(judged["t5.step-constant.encoder"]!.measured! - 0.895)).toBeLessThan(0.002);
	expect(Math.abs(judged["t5.step-constant.encoder-and-decoder"]!.measured! - 0.938)).toBeLessThan(0.002);
});

test("T5: what does not hold is that steps are at right angles, that encoder and decoder's step size changes by less than 20, and that the middle blocks grow faster with depth", () => {
	const failing = Object.values(judged).filter(({ verdict }) => verdict !== "holds");
	expect(failing.map(({ id }) => id)).toEqual([
		"t5.misaligned-share",
		"t5.step-size.encoder-and-decoder",
		"t5.middle-blocks-faster",
	]);
});

test("T5 has its figures without any run", () => {
	const { document } = new JSDOM("").window;
	expect(t5.figures([], { document }).map(({ id }) => id)).toEqual([
		"t5-norm",
		"t5-prediction",
		"t5-step",
		"t5-budget",
		"t5-norm-heat-map",
		"t5-budget-by-layer",
	]);
});
