/**
 * The error function and its complement in float64, which the runtime has in single precision only.
 *
 * Below |x| = ½, erf x = x·P(x²). From there on erfc x = e^(−x²)·Q(v) / (1 + 2x) with v = (x − 4½) / (x + 3½), which
 * takes [½, ∞) to [−1, 1) (the form of Shepherd and Laframboise, Math. Comp. 36, 1981). P and Q interpolate at 9 and 23
 * Chebyshev points, computed with 50 digits. Both are within 1e-15 of the true value, relatively, tails included.
 * An array goes through both forms: no loop of the graph could spare one.
 */
import type { Node } from "../../ir.ts";
import { elementType } from "../graph.ts";
import type { Lowering } from "../lowering.ts";

const small = [
	1.1283791670955126, -0.37612638903183476, 0.11283791670925457, -0.026866170632921085, 0.005223977373542183,
	-0.0008548297798086192, 0.00012053337222877719, -1.4845900896375835e-5, 1.4726381680017032e-6,
];

const tail = [
	1.224848042738414, -0.1215174220937228, 0.012843991297819149, 0.034816131768506065, -0.04121457191364261,
	0.02932116930900335, -0.015249159010232022, 0.005825997266753256, -0.001443707246828629,
	8.560021727563313e-5, 9.653858164726679e-5, -3.584321591480144e-5, -6.741708816825701e-7,
	3.9411283025126885e-6, -6.394086313452379e-7, -3.664327459877673e-7, 1.2303648035889282e-7,
	3.449375476009985e-8, -1.8271002140843172e-8, -3.3239420657063643e-9, 2.2870172147545035e-9,
	2.375604933366875e-10, -1.794775735740499e-10,
];

/** Where one form takes over from the other, and where erfc is below all float64. */
const [seam, end] = [0.5, 28];

/** Sets the node's output, of float64, to erf or erfc of its input. */
export function errorFunction(l: Lowering, node: Node, name: "erf" | "erfc"): void {
	const view = l.plain(node.inputs[0]);
	const x = view.name;
	const number = (value: number) => l.graph.scalar("float64", value);
	const apply = (operator: string, ...inputs: string[]) => l.graph.node(operator, inputs);
	const cast = (value: string, to: "float32" | "float64") =>
		l.graph.node("Cast", [value], { attributes: { to: elementType[to] } });
	const polynomial = (coefficients: readonly number[], at: string) =>
		coefficients
			.map(number)
			.reduceRight((sum, coefficient) => apply("Add", apply("Mul", sum, at), coefficient));
	const one = number(1);

	const near = apply("Mul", x, polynomial(small, apply("Mul", x, x)));

	const magnitude = apply("Abs", x);
	const far = apply("Min", apply("Max", magnitude, number(seam)), number(end));
	// e^(−x²) = e^(−z²)·e^((z−x)(z+x)), where z has half the digits, so that z² is exact.
	const rounded = cast(cast(far, "float32"), "float64");
	const square = apply("Neg", apply("Mul", rounded, rounded));
	const rest = apply("Mul", apply("Sub", rounded, far), apply("Add", rounded, far));
	const gauss = apply("Mul", apply("Exp", square), apply("Exp", rest));
	const v = apply("Div", apply("Sub", far, number(4.5)), apply("Add", far, number(3.5)));
	const scaled = apply("Div", polynomial(tail, v), apply("Add", apply("Add", far, far), one));
	const complement = apply("Mul", gauss, scaled);

	const isNear = apply("Less", magnitude, number(seam));
	const isNegative = apply("Less", x, number(0));
	const result =
		name === "erf"
			? apply("Where", isNear, near, apply("Mul", apply("Sign", x), apply("Sub", one, complement)))
			: apply(
					"Where",
					isNear,
					apply("Sub", one, near),
					apply("Where", isNegative, apply("Sub", number(2), complement), complement),
				);
	l.set(node.outputs[0], { ...view, name: result });
}
