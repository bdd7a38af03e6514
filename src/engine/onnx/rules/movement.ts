/** Operations that move values without computing. The first three only change the view. */
import type { Rule } from "../lowering.ts";
import { broadcasted, reshapedView, transposed } from "../view.ts";

const wholeAxes = (shape: readonly number[]): number[] => shape.map((_, i) => i);

export const movement: Record<string, Rule> = {
	transpose: (l, node) => l.set(node.outputs[0], transposed(l.view(node.inputs[0]), node.params.perm)),
	broadcast: (l, node) =>
		l.set(node.outputs[0], broadcasted(l.view(node.inputs[0]), node.params.shape, node.params.axis)),
	reshape: (l, node) =>
		l.set(node.outputs[0], reshapedView(l.graph, l.view(node.inputs[0]), node.params.shape)),

	/** x[start:end] on every axis. */
	shrink: (l, node) => {
		const slice = node.params.slice as [number, number][];
		const [x] = node.inputs;
		const axes = wholeAxes(x.shape).filter((i) => slice[i][0] !== 0 || slice[i][1] !== x.shape[i]);
		l.setNode(node.outputs[0], "Slice", [
			l.tensor(x),
			l.graph.integers(axes.map((i) => slice[i][0])),
			l.graph.integers(axes.map((i) => slice[i][1])),
			l.graph.integers(axes),
		]);
	},

	/** Zeros around x. */
	pad: (l, node) => {
		const width = node.params.width as [number, number][];
		const [x] = node.inputs;
		if (x.dtype === "bool") l.fail(node, "of bool has no operator");
		const pads = l.graph.integers([...width.map((w) => w[0]), ...width.map((w) => w[1])]);
		l.setNode(node.outputs[0], "Pad", [l.tensor(x), pads, l.graph.scalar(x.dtype, 0)]);
	},

	/** Reversed axes: a slice with step −1. */
	flip: (l, node) => {
		const axes = node.params.axis as number[];
		l.setNode(node.outputs[0], "Slice", [
			l.tensor(node.inputs[0]),
			l.graph.integers(axes.map(() => -1)),
			l.graph.integers(axes.map(() => -2147483648)),
			l.graph.integers(axes),
			l.graph.integers(axes.map(() => -1)),
		]);
	},

	concatenate: (l, node) => {
		const [out] = node.outputs;
		const parts = node.inputs.map((x) => l.cast(l.view(x), out.dtype));
		const names = node.inputs.map((x, i) => {
			l.set(x, parts[i]);
			return l.tensor(x);
		});
		l.setNode(out, "Concat", names, { attributes: { axis: node.params.axis } });
	},

	split: (l, node) => {
		const { axis, sizes } = node.params;
		const names = l.graph.nodes("Split", [l.tensor(node.inputs[0]), l.graph.integers(sizes)], {
			attributes: { axis },
			outputs: sizes.length,
		});
		node.outputs.forEach((out, i) => {
			l.setTensor(out, names[i]);
		});
	},
};
