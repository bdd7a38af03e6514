/** Table 1 measured: every component at several scales, its degree, and how exactly it has it. */
import { stream } from "../../../engine/random.ts";
import type { Row } from "../../../figure/figure.ts";
import { type Component, compileComponent, components } from "../../../probe/components.ts";
import { degreeOf, homogeneityError, normOf } from "../../../probe/homogeneity.ts";
import { inWords, numbersOf, rowsOf } from "../../rows.ts";
import { type Analysis, type AnalysisRow, above, atMost, type Claim, near } from "../../study.ts";

const name = "homogeneity/components";

/** Any factors, and powers of two, at which floating-point numbers are scaled exactly. */
const factors = [2, 3, 7.7, 1000];
const powersOfTwo = [0.5, 2, 4, 1024];

export const componentTable: Analysis = {
	kind: "analysis",
	name,
	title: "Degrees of homogeneity of the components (Table 1)",
	needs: [],
	options: { factors, powersOfTwo },
	async compute({ engine, signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (const [i, component] of components.entries()) {
			signal.throwIfAborted();
			const program = await compileComponent(engine, component);
			for (const degrees of component.inputs) rows.push(...(await trial(component, degrees, program.run)));
			program.dispose();
			progress((i + 1) / components.length);
		}
		return rows;
	},
};

type Run = Awaited<ReturnType<typeof compileComponent>>["run"];

async function trial(component: Component, degrees: readonly number[], run: Run): Promise<AnalysisRow[]> {
	const { normal } = stream(1, `${component.name} ${degrees}`);
	let offset = 0;
	const draw = (shape: readonly number[]) => {
		const size = shape.reduce((a, b) => a * b, 1);
		offset += size;
		return normal(size, offset - size);
	};
	const params = Object.entries(component.parameters).map(([key, shape]) => [key, draw(shape)] as const);
	const inputs = degrees.map(() => draw(component.shape));
	const at = (c: number) =>
		run({
			params: Object.fromEntries(params.map(([key, values]) => [key, values.map((x) => c * x)])),
			inputs: inputs.map((values, i) => values.map((x) => c ** degrees[i]! * x)),
		});
	const value = await at(1);
	const stated = component.degree(degrees);
	const rows: AnalysisRow[] = [];
	for (const c of [...new Set([...factors, ...powersOfTwo])]) {
		const scaled = await at(c);
		// What is stated to have no degree is held against every degree.
		const candidates = stated === undefined ? [0, 1, 2, 3, 4, 5] : [stated];
		rows.push({
			component: component.name,
			table: component.inTable ? "Table 1" : "ours",
			input: degrees.join(", "),
			stated,
			c,
			degree: degreeOf(normOf(value), normOf(scaled), c),
			error: Math.min(...candidates.map((k) => homogeneityError(value, scaled, c, k))),
		});
	}
	return rows;
}

const place = "Appendix C, Table 1";
const stated = (rows: readonly Row[]) => rowsOf(rows, name).filter((row) => row["stated"] !== undefined);
const isFactor = (row: Row) => factors.includes(row["c"] as number);

/** The largest value of a key, and the component it is of. */
function worst(rows: readonly Row[], key: (row: Row) => number, words: string) {
	if (rows.length === 0) return undefined;
	const top = rows.reduce((best, row) => (key(row) > key(best) ? row : best));
	return {
		value: key(top),
		detail: `${words}; worst: ${top["component"]}, input of degree ${top["input"]}, c = ${top["c"]}.`,
	};
}

const attention = (component: string, rows: readonly Row[]) => {
	const degrees = numbersOf(rowsOf(rows, name, { component, input: "1" }), "degree");
	if (degrees.length === 0) return undefined;
	return {
		value: degrees[0]!,
		detail: `saturated attention on an input of degree 1, float64; the same to ${inWords(
			Math.max(...degrees) - Math.min(...degrees),
		)} for every c.`,
	};
};

export const componentClaims: readonly Claim[] = [
	{
		id: "homogeneity.components",
		sentence: "every component has the degree stated (largest relative error, c = 2, 3, 7.7, 1000)",
		place,
		expected: atMost(1e-12),
		caveat: "Rows for RMS norm, embedding and saturated attention are ours; float64, epsilon 0.",
		measure: (rows) =>
			worst(
				stated(rows).filter(isFactor),
				(row) => row["error"] as number,
				"max |g(cθ) − c^k g| / max |c^k g|",
			),
	},
	{
		id: "homogeneity.components-degree",
		sentence: "log(‖f(cθ)‖ / ‖f(θ)‖) / log c is the stated degree (largest difference)",
		place,
		expected: atMost(1e-12),
		measure: (rows) =>
			worst(
				stated(rows).filter(isFactor),
				(row) => Math.abs((row["degree"] as number) - (row["stated"] as number)),
				"|measured − stated|",
			),
	},
	{
		id: "homogeneity.components-exact",
		sentence: "for c a power of two the components are homogeneous to the last bit (largest relative error)",
		place,
		expected: atMost(0),
		measure: (rows) =>
			worst(
				stated(rows).filter((row) => powersOfTwo.includes(row["c"] as number)),
				(row) => row["error"] as number,
				"c = ½, 2, 4, 1024",
			),
	},
	{
		id: "homogeneity.components-negative",
		sentence: "an affine map whose input is not of degree 0, and a sum of two degrees, have no degree",
		place: `${place} (affine: input of degree 0)`,
		expected: above(0.01),
		caveat: "The threshold is ours: the relative error to the best of the degrees 0 to 5, at the worst c.",
		measure(rows) {
			const cases = rowsOf(rows, name).filter((row) => row["stated"] === undefined && isFactor(row));
			if (cases.length === 0) return undefined;
			const trials = [...new Set(cases.map((row) => `${row["component"]} ${row["input"]}`))];
			const errors = trials.map((trial) =>
				Math.max(
					...numbersOf(
						cases.filter((row) => `${row["component"]} ${row["input"]}` === trial),
						"error",
					),
				),
			);
			return {
				value: Math.min(...errors),
				detail: trials.map((trial, i) => `${trial}: ${inWords(errors[i]!)}`).join("; "),
			};
		},
	},
	{
		id: "homogeneity.attention-as-printed",
		sentence: "attention of an input of degree 1 has degree 1, as Proposition 4 is printed",
		place: "Appendix D, Proposition 4",
		expected: near(1, 0.01),
		caveat:
			"A slip: the proof's own degrees are 2 for values and 0 for weights. Harmless, as the norm that follows gives 1.",
		measure: (rows) => attention("attention head AV (saturated)", rows),
	},
	{
		id: "homogeneity.attention-corrected",
		sentence: "attention of an input of degree 1 has degree 2: weights 0, values 2",
		place: "Appendix D, Proposition 4, corrected",
		expected: near(2, 1e-12),
		measure: (rows) => attention("attention head AV (saturated)", rows),
	},
	{
		id: "homogeneity.attention-output",
		sentence: "the attention sublayer's output W·AV has degree 3 (Proposition 5's proof says 2)",
		place: "Appendix D, Proposition 5, corrected",
		expected: near(3, 1e-12),
		measure: (rows) => attention("attention output W·AV (saturated)", rows),
	},
];
