/**
 * A fused update as WebAssembly: one loop that loads each operand's vector once, computes every new value in
 * registers and stores them. Groups of equal form share one module.
 *
 *     run(bytes, address of each array..., each scalar...)
 *
 * Arrays lie at multiples of 16 bytes and are padded to such; what the padding holds does not matter.
 */
import { fullValue, madeBy, type Value } from "../ir.ts";
import type { FusedGroup } from "./partition.ts";
import { lanes, moduleOf, op, type WasmType } from "./wasm.ts";

const modules = new Map<string, WebAssembly.Module>();

/** The module for a group, compiled once for each form of expression. */
export function kernelOf(group: FusedGroup): WebAssembly.Module {
	const bytes = kernelBytes(group);
	const key = Buffer.from(bytes).toString("base64");
	const known = modules.get(key);
	if (known) return known;
	const module = new WebAssembly.Module(bytes);
	modules.set(key, module);
	return module;
}

export type RunKernel = (bytes: number, ...addressesAndScalars: number[]) => void;

function kernelBytes({ arrays, scalars, updates }: FusedGroup): Uint8Array<ArrayBuffer> {
	const dtype = updates[0].value.dtype as "float32" | "float64";
	const instruction = lanes[dtype];
	const scalarType: WasmType = dtype === "float32" ? "f32" : "f64";
	const parameters: WasmType[] = [
		"i32",
		...arrays.map((): WasmType => "i32"),
		...scalars.map(() => scalarType),
	];
	const locals: WasmType[] = ["i32"];
	const offset = parameters.length;
	const before: number[] = [];
	const body: number[] = [];
	const local = (): number => {
		locals.push("v128");
		return parameters.length + locals.length - 1;
	};

	const places = new Map<Value | number, number>();
	/** A local that holds the value; its code is added where it is first needed. */
	const place = (value: Value): number => {
		const number = fullValue(value);
		const key = number ?? value;
		const known = places.get(key);
		if (known !== undefined) return known;
		const code = number !== undefined ? constant(number) : compute(value);
		const target = local();
		(number !== undefined || scalars.includes(value) ? before : body).push(...code, ...op.set(target));
		places.set(key, target);
		return target;
	};
	const constant = (number: number) => [
		...(dtype === "float32" ? op.f32(number) : op.f64(number)),
		...op.simd(instruction.splat),
	];
	const get = (value: Value): number[] => op.get(place(value));
	const apply = (name: keyof typeof instruction, ...values: Value[]): number[] => [
		...values.flatMap(get),
		...op.simd(instruction[name]),
	];
	const compute = (value: Value): number[] => {
		const array = arrays.indexOf(value);
		if (array >= 0) return [...op.get(1 + array), ...op.get(offset), ...op.i32Add, ...op.load];
		const scalar = scalars.indexOf(value);
		if (scalar >= 0) return [...op.get(1 + arrays.length + scalar), ...op.simd(instruction.splat)];
		const node = value.node;
		if (!node) throw new Error("a fused update reads a value that is neither operand nor fused");
		const [x, y, z] = node.inputs;
		switch (node.op) {
			case "broadcast":
				return get(x);
			case "neg":
			case "sqrt":
				return apply(node.op, x);
			case "reciprocal":
				return [...constant(1), ...get(x), ...op.simd(instruction.div)];
			case "add": {
				const minus = madeBy(y, "neg");
				if (minus) return apply("sub", x, minus.inputs[0]);
				const first = madeBy(x, "neg");
				return first ? apply("sub", y, first.inputs[0]) : apply("add", x, y);
			}
			case "mul": {
				const under = madeBy(y, "reciprocal");
				if (under) return apply("div", x, under.inputs[0]);
				const first = madeBy(x, "reciprocal");
				return first ? apply("div", y, first.inputs[0]) : apply("mul", x, y);
			}
			case "max":
			case "min":
				return apply(node.op, x, y);
			case "compare":
				return apply(
					({ less: "lt", less_equal: "le", equal: "eq", not_equal: "ne" } as const)[node.params.op as "less"],
					x,
					y,
				);
			case "where":
				return [...get(y), ...get(z), ...get(x), ...op.select];
			default:
				throw new Error(`a fused update cannot hold \`${node.op}\``);
		}
	};

	const results = updates.map(({ value, replaces }) => ({
		from: place(value),
		to: arrays.indexOf(replaces),
	}));
	for (const { from, to } of results)
		body.push(...op.get(1 + to), ...op.get(offset), ...op.i32Add, ...op.get(from), ...op.store);
	const advance = [...op.get(offset), ...op.i32(16), ...op.i32Add, ...op.set(offset)];
	const more = [...op.get(offset), ...op.get(0), ...op.i32LessUnsigned];
	return moduleOf(parameters, locals, [...before, ...op.loop([...body, ...advance], more)]);
}
