/**
 * An ONNX graph under construction: nodes, constants, and the names that join them. Equal nodes are made once, and
 * nodes that no output needs are left out of the encoded model.
 */
import proto from "onnx-proto";
import type { Spec, TypedArray } from "../types.ts";

const { ModelProto, AttributeProto, TensorProto } = proto.onnx;

export type OnnxType = Spec["dtype"] | "int64";

export const elementType: Record<OnnxType, number> = {
	float32: TensorProto.DataType.FLOAT,
	float64: TensorProto.DataType.DOUBLE,
	int32: TensorProto.DataType.INT32,
	int64: TensorProto.DataType.INT64,
	bool: TensorProto.DataType.BOOL,
};

type Attribute = number | string | readonly number[] | { readonly float: number };

interface OnnxNode {
	readonly operator: string;
	readonly domain: string;
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface NodeOptions {
	/** Numbers are integers; `{ float }` marks the others. */
	readonly attributes?: Readonly<Record<string, Attribute>>;
	/** Default: the standard domain. `com.microsoft` holds the runtime's own operators. */
	readonly domain?: string;
	/** How many outputs. Default 1. */
	readonly outputs?: number;
}

export class OnnxGraph {
	#nodes: OnnxNode[] = [];
	readonly #known = new Map<string, readonly string[]>();
	readonly #constants = new Map<
		string,
		{ name: string; type: OnnxType; shape: readonly number[]; bytes: Uint8Array }
	>();
	#next = 0;

	#name(): string {
		return `t${this.#next++}`;
	}

	/** The names of the outputs of a node; an input `""` is an absent one. */
	nodes(operator: string, inputs: readonly string[], options: NodeOptions = {}): readonly string[] {
		const { attributes = {}, domain = "", outputs = 1 } = options;
		const key = JSON.stringify([operator, domain, inputs, attributes, outputs]);
		const known = this.#known.get(key);
		if (known) return known;
		const names = Array.from({ length: outputs }, () => this.#name());
		this.#nodes.push({ operator, domain, inputs, outputs: names, attributes });
		this.#known.set(key, names);
		return names;
	}

	node(operator: string, inputs: readonly string[], options?: NodeOptions): string {
		return this.nodes(operator, inputs, options)[0];
	}

	/** A node whose output is a graph output of this name. */
	output(name: string, operator: string, input: string): void {
		this.#nodes.push({ operator, domain: "", inputs: [input], outputs: [name], attributes: {} });
	}

	/** Whether a node makes the tensor; inputs and constants have none. */
	makes(name: string): boolean {
		return this.#nodes.some((n) => n.outputs.includes(name));
	}

	/** Gives a node's output the name of a graph output. False if no node makes it. */
	rename(from: string, to: string): boolean {
		if (!this.makes(from)) return false;
		const swap = (names: readonly string[]) => names.map((x) => (x === from ? to : x));
		this.#nodes = this.#nodes.map((n) =>
			n.inputs.includes(from) || n.outputs.includes(from)
				? { ...n, inputs: swap(n.inputs), outputs: swap(n.outputs) }
				: n,
		);
		return true;
	}

	constant(type: OnnxType, shape: readonly number[], values: readonly number[] | TypedArray): string {
		const bytes = encodeValues(type, values);
		const key = `${type}[${shape}]${Buffer.from(bytes).toString("latin1")}`;
		const known = this.#constants.get(key);
		if (known) return known.name;
		const name = `c${this.#constants.size}`;
		this.#constants.set(key, { name, type, shape, bytes });
		return name;
	}

	scalar(type: OnnxType, value: number): string {
		return this.constant(type, [], [value]);
	}

	/** Axis lists, shapes and the like. */
	integers(values: readonly number[]): string {
		return this.constant("int64", [values.length], values);
	}

	/** The encoded model and how many nodes it has. */
	encode(inputs: readonly NamedSpec[], outputs: readonly NamedSpec[]): { bytes: Uint8Array; nodes: number } {
		const needed = new Set(outputs.map((x) => x.name));
		const live: OnnxNode[] = [];
		for (const node of [...this.#nodes].reverse()) {
			if (!node.outputs.some((x) => needed.has(x))) continue;
			live.push(node);
			for (const x of node.inputs) needed.add(x);
		}
		live.reverse();
		const nodes = inOrderOfUse(live);
		const model = ModelProto.create({
			irVersion: 10,
			producerName: "orrery",
			opsetImport: [
				{ domain: "", version: 21 },
				{ domain: "com.microsoft", version: 1 },
			],
			graph: {
				name: "program",
				node: nodes.map((n, i) => ({
					name: `${n.operator}_${i}`,
					opType: n.operator,
					domain: n.domain,
					input: [...n.inputs],
					output: [...n.outputs],
					attribute: Object.entries(n.attributes).map(([name, value]) => attribute(name, value)),
				})),
				initializer: [...this.#constants.values()]
					.filter((c) => needed.has(c.name))
					.map((c) => ({
						name: c.name,
						dataType: elementType[c.type],
						dims: [...c.shape],
						rawData: c.bytes,
					})),
				input: inputs.map(valueInfo),
				output: outputs.map(valueInfo),
			},
		});
		return { bytes: ModelProto.encode(model).finish(), nodes: nodes.length };
	}
}

/**
 * The nodes in an order that makes the runtime compute what nobody reads further (a gradient, say) as soon as it can, when
 * its operands are still in the cache, and their memory is then free. The runtime goes through such nodes from the last
 * to the first, and computes for each what it needs; so those that most matrix products lead to stand first.
 */
function inOrderOfUse(nodes: readonly OnnxNode[]): OnnxNode[] {
	const products = new Map<string, number>();
	const leadingTo = (n: OnnxNode) =>
		Number(isProduct(n)) + Math.max(0, ...n.inputs.map((x) => products.get(x) ?? 0));
	for (const n of nodes) for (const x of n.outputs) products.set(x, leadingTo(n));
	const read = new Set(nodes.flatMap((n) => n.inputs));
	const isLast = (n: OnnxNode) => !n.outputs.some((x) => read.has(x));
	const last = nodes.filter(isLast).reverse();
	return [...nodes.filter((n) => !isLast(n)), ...last.sort((a, b) => leadingTo(b) - leadingTo(a))];
}

const isProduct = ({ operator }: OnnxNode): boolean => ["Gemm", "MatMul", "FusedMatMul"].includes(operator);

export interface NamedSpec extends Spec {
	readonly name: string;
}

const valueInfo = ({ name, shape, dtype }: NamedSpec) => ({
	name,
	type: { tensorType: { elemType: elementType[dtype], shape: { dim: shape.map((d) => ({ dimValue: d })) } } },
});

function attribute(name: string, value: Attribute) {
	const { AttributeType } = AttributeProto;
	if (typeof value === "number") return { name, type: AttributeType.INT, i: value };
	if (typeof value === "string")
		return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
	if ("float" in value) return { name, type: AttributeType.FLOAT, f: value.float };
	return { name, type: AttributeType.INTS, ints: [...value] };
}

function encodeValues(type: OnnxType, values: readonly number[] | TypedArray): Uint8Array {
	const list = Array.from(values);
	const typed =
		type === "int64"
			? BigInt64Array.from(list, BigInt)
			: type === "float64"
				? Float64Array.from(list)
				: type === "float32"
					? Float32Array.from(list)
					: type === "int32"
						? Int32Array.from(list)
						: Uint8Array.from(list);
	return new Uint8Array(typed.buffer);
}
