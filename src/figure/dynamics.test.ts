import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { drawBudget, drawBudgetByLayer } from "./budget.ts";
import { drawEquilibria } from "./equilibrium.ts";
import type { Row } from "./figure.ts";
import { drawPrediction } from "./prediction.ts";
import { drawRecursions } from "./recursion.ts";

const { document } = new JSDOM("").window;
const steps = [0, 1, 2, 4, 100, 200, 300];
const rows: Row[] = ["pre", "post"].flatMap((run) =>
	steps.map((step, i) => ({
		run,
		step,
		"dyn/radial.encoder": i - 1,
		"dyn/squared_step.encoder": 2,
		"dyn/radial.layer.0": i === 0 ? 0 : -2,
		"dyn/squared_step.layer.0": i === 0 ? 0 : 2,
		schedule: "1/√t",
		direction: run === "pre" ? "aligned" : "misaligned",
		a: 1,
		closed: Math.log(1 + step),
		recursion: Math.log(1 + step),
		optimizer: "sgd",
		start: run,
		norm: 1 + step / 100,
		predictedNorm: 2,
		law: 1 + step / 90,
	})),
);
const words = { id: "prediction", title: "title", caption: "caption" };
const predict = (data: readonly Row[]) =>
	drawPrediction(data, { ...words, document, laws: [{ key: "law", label: "a law" }] });
const all = {
	drawBudget: (data: readonly Row[]) => drawBudget(data, { document }),
	drawBudgetByLayer: (data: readonly Row[]) => drawBudgetByLayer(data, { document }),
	drawEquilibria: (data: readonly Row[]) => drawEquilibria(data, { document }),
	drawPrediction: predict,
	drawRecursions: (data: readonly Row[]) => drawRecursions(data, { document }),
};

for (const [name, draw] of Object.entries(all)) {
	test(`${name} is one named and described image whose data lie behind it`, () => {
		const { id, title, caption, svg, rows: data } = draw(rows)!;
		expect(svg.getAttribute("role")).toBe("img");
		expect(svg.querySelector(`#${id}-title`)?.textContent).toBe(title);
		expect(svg.querySelector(`#${id}-description`)?.textContent).toBe(caption);
		expect(data.length).toBeGreaterThan(0);
		expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
	});

	test(`${name} is drawn of a single measured step, and nothing where nothing was measured`, () => {
		expect(draw(rows.filter(({ step }) => step === 1))!.svg.outerHTML).not.toMatch(/NaN|undefined|Infinity/);
		expect(draw([{ run: "pre", step: 0, "optim/lr": 1 }])).toBeUndefined();
	});
}

test("the share of the steps' length is ½ where both parts are as long, and absent where nothing moved", () => {
	const { rows: data } = drawBudgetByLayer(rows, { document })!;
	expect(data).toHaveLength(2 * (steps.length - 1));
	for (const { value } of data) expect(value).toBe(0.5);
});

test("a law that leaves the panel does not stretch it", () => {
	const near = predict(rows)!;
	const far = predict(rows.map((row) => ({ ...row, law: 1e6 })))!;
	const dots = (svg: SVGSVGElement) =>
		[...svg.querySelectorAll('[aria-label="dot"] path, [aria-label="dot"] circle')].map((mark) =>
			mark.getAttribute("transform"),
		);
	expect(dots(far.svg)).toEqual(dots(near.svg));
});
