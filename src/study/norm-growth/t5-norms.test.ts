import { expect, test } from "vitest";
import { fitGrowthLaw } from "../../theory/growth-law.ts";
import { misalignedShare } from "../../theory/series.ts";
import { readT5Norms, stepsOf } from "./t5-norms.ts";

const t5 = readT5Norms();

/** Checks a value against one printed with `digits` decimals. */
const printed = (value: number, text: string) =>
	expect(value.toFixed(text.split(".")[1]?.length ?? 0)).toBe(text);

test("T5, encoder and decoder: the fits of papers/norm-growth.md §6H, to all printed digits", () => {
	const { steps, norms } = t5.encoderAndDecoder;
	const fit = fitGrowthLaw("sqrt", steps, norms);
	printed(fit.a, "5.4116");
	printed(fit.b, "193.553");
	printed(fit.r2, "0.9986");
	printed(fitGrowthLaw("linear", steps, norms).r2, "0.966");
	printed(fitGrowthLaw("quarter", steps, norms).r2, "0.936");
	printed(fitGrowthLaw("squared", steps, norms).r2, "0.9997");
});

test("T5, encoder alone: the fits of §4.2 and §6H, to all printed digits", () => {
	const { steps, norms } = t5.encoder;
	const fit = fitGrowthLaw("sqrt", steps, norms);
	printed(fit.a, "2.83");
	printed(fit.b, "163.8");
	printed(fit.r2, "0.9991");
	printed(fitGrowthLaw("linear", steps, norms).r2, "0.959");
	printed(fitGrowthLaw("quarter", steps, norms).r2, "0.941");
});

test("T5, block by block: the √t slopes of §4.2, each with r² ≥ .9976", () => {
	const fits = t5.blocks.map(({ steps, norms }) => fitGrowthLaw("sqrt", steps, norms));
	const slopes = ".61 .77 .80 .77 .79 .77 .77 .77 .79 .88 .93 1.08".split(" ");
	for (const [i, slope] of slopes.entries()) printed(fits[i]!.a, slope.replace(/^\./, "0."));
	for (const { r2 } of fits) expect(r2).toBeGreaterThanOrEqual(0.9976);
});

test("T5: initial and final norms of papers/norm-growth.md §4.2, to all printed digits", () => {
	const ends = ({ norms }: { norms: readonly number[] }) => [norms[0]!, norms.at(-1)!];
	expect(ends(t5.encoderAndDecoder).map((value) => value.toFixed(1))).toEqual(["470.6", "4166.2"]);
	expect(ends(t5.encoder).map((value) => value.toFixed(1))).toEqual(["304.2", "2221.6"]);
	for (const block of t5.blocks) expect(block.norms[0]).toBeCloseTo(87.8, 0);
	expect(t5.blocks.map((block) => Math.round(block.norms.at(-1)!))).toEqual([
		520, 607, 623, 609, 627, 617, 616, 614, 631, 680, 712, 800,
	]);
});

test("T5: alignment and step size of §4.6 (Fig. 5), as far as four-digit data gives them", () => {
	const table = [
		// t, alignment and ‖δ‖ of encoder and decoder, and of the encoder alone
		[5100, -0.046, 342, -0.119, 208],
		[10200, 0.17, 391, 0.054, 237],
		[15300, 0.179, 344, 0.087, 219],
		[20400, 0.171, 320, 0.094, 203],
		[51000, 0.099, 297, 0.068, 184],
		[520200, 0.028, 320, 0.022, 171],
		[524288, 0.023, 291, 0.018, 156],
	] as const;
	const [both, encoder] = [stepsOf(t5.encoderAndDecoder), stepsOf(t5.encoder)];
	for (const [t, alignment, size, alignmentEncoder, sizeEncoder] of table) {
		const i = t5.encoder.steps.indexOf(t) - 1;
		expect(both[i]!.alignment).toBeCloseTo(alignment, 3);
		expect(Math.abs(both[i]!.size - size)).toBeLessThan(1);
		expect(encoder[i]!.alignment).toBeCloseTo(alignmentEncoder, 3);
		expect(Math.abs(encoder[i]!.size - sizeEncoder)).toBeLessThan(1);
	}
});

test("T5: steps at right angles would explain 56 % of the growth, 66 % of the encoder's (§4.6)", () => {
	expect(misalignedShare(t5.encoderAndDecoder.norms, stepsOf(t5.encoderAndDecoder)).toFixed(2)).toBe("0.56");
	expect(misalignedShare(t5.encoder.norms, stepsOf(t5.encoder)).toFixed(2)).toBe("0.66");
});
