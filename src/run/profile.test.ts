import { expect, test } from "vitest";
import { parseRunConfig } from "./config-file.ts";
import { profileStep } from "./profile.ts";

test("a profile names the operators of a step, and the optimizer's single pass among them", async () => {
	const config = parseRunConfig({
		model: { layers: 1, heads: 2, width: 8, context: 8 },
		data: { vocabularySize: 32 },
		training: { steps: 20, batch: 2 },
	});
	const { rows, stepMilliseconds, products } = await profileStep(config);
	expect(stepMilliseconds).toBeGreaterThan(0);
	expect(products).toBeGreaterThan(0);
	expect(products).toBeLessThan(1);
	expect(rows.map((row) => row.operator)).toEqual(
		expect.arrayContaining(["Gemm", "Softmax", "fused updates"]),
	);
});
