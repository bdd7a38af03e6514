/** What a lowering rule works with: the graph under construction, and a view of every value lowered so far. */
import type { Node, Value } from "../ir.ts";
import type { Device, DType } from "../types.ts";
import { formatSpec } from "../values.ts";
import { elementType, type NodeOptions, OnnxGraph } from "./graph.ts";
import { materialised, unscaled, type View, viewOf } from "./view.ts";

/** Lowers one operation: reads views of the node's inputs, sets views of its outputs. */
export type Rule = (lowering: Lowering, node: Node) => void;

/** An operation that this device's graph cannot express; its message names the primitive and where it came from. */
export class UnsupportedPrimitiveError extends Error {
	override readonly name = "UnsupportedPrimitiveError";
	readonly primitive: string;

	constructor(node: Node, program: string, device: Device, why = "has no lowering rule") {
		const inputs = node.inputs.map(formatSpec).join(", ");
		const outputs = node.outputs.map(formatSpec).join(", ");
		super(
			`\`${node.op}\` ${why} on device ${device}: (${inputs}) -> ${outputs} in program \`${program}\`. ` +
				"Write it with other operations, or run the program on device wasm.",
		);
		this.primitive = node.op;
	}
}

/** What reads a value: a node, or the program's caller. */
export type Reader = Node | "output";

export class Lowering {
	readonly graph = new OnnxGraph();
	readonly device: Device;
	readonly program: string;
	readonly #views = new Map<Value, View>();
	readonly #readers: ReadonlyMap<Value, readonly Reader[]>;

	constructor(program: string, device: Device, readers: ReadonlyMap<Value, readonly Reader[]>) {
		this.program = program;
		this.device = device;
		this.#readers = readers;
	}

	view(value: Value): View {
		const view = this.#views.get(value);
		if (!view) throw new Error(`${formatSpec(value)} was not lowered before it was read`);
		return view;
	}

	set(value: Value, view: View): void {
		this.#views.set(value, view);
	}

	/** Whether one reader alone reads it. */
	readOnce(value: Value): boolean {
		return this.#readers.get(value)?.length === 1;
	}

	/** The nodes that read it. */
	readersOf(value: Value): readonly Node[] {
		return (this.#readers.get(value) ?? []).filter((reader) => reader !== "output");
	}

	/** The name of a tensor that holds the value itself. */
	tensor(value: Value): string {
		return materialised(this.graph, this.view(value));
	}

	/** The value's view with any factor carried out. */
	plain(value: Value): View {
		return unscaled(this.graph, this.view(value));
	}

	/** Sets a value to the output of an operator on whole tensors. */
	setNode(value: Value, operator: string, inputs: readonly string[], options?: NodeOptions): void {
		this.setTensor(value, this.graph.node(operator, inputs, options));
	}

	/** Sets a value to a tensor of its own shape. */
	setTensor(value: Value, name: string): void {
		this.set(value, viewOf(this.graph, name, value.shape, value.dtype));
	}

	cast(view: View, dtype: DType): View {
		if (view.dtype === dtype) return view;
		const plain = unscaled(this.graph, view);
		const name = this.graph.node("Cast", [plain.name], { attributes: { to: elementType[dtype] } });
		return { ...plain, name, dtype };
	}

	fail(node: Node, why?: string): never {
		throw new UnsupportedPrimitiveError(node, this.program, this.device, why);
	}
}
