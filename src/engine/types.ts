/**
 * The engine's interface: a JAX-style function in, a fast program out.
 *
 * A function is written with jax-js over trees of arrays. `Engine.compile` traces it once for given shapes and
 * returns a `Program` that runs on the engine's device. Programs of every engine take and return the same trees,
 * so that any function can run natively and through jax-js itself, and be compared.
 */
import type { Array as JaxArray } from "@jax-js/jax";

export type DType = "float32" | "float64" | "int32" | "bool";

export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** What is known of an array before it exists. */
export interface Spec {
	readonly shape: readonly number[];
	readonly dtype: DType;
}

/** Nested objects and lists with leaves of one type. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** An array in an engine's memory. */
export interface Tensor extends Spec {
	/** A copy of the values on the host, row-major. Bool is one byte a value. */
	read(): Promise<TypedArray>;
	/** Overwrites the values in place. Throws if the length differs. */
	write(values: TypedArray): Promise<void>;
	/** Frees the memory; any later use is an error. */
	dispose(): void;
}

/** What a program takes for one leaf: a tensor of the same engine, host values in row-major order, or a scalar. */
export type Leaf = Tensor | TypedArray | number;

/** The same tree with each leaf of type `From` replaced by one of type `To`; of an unknown tree, an unknown one. */
export type MapTree<T, From, To> =
	Tree<From> extends T
		? Tree<To>
		: T extends From
			? To
			: T extends readonly unknown[] | { readonly [key: string]: unknown }
				? { [K in keyof T]: MapTree<T[K], From, To> }
				: never;

export interface CompileOptions {
	/**
	 * Indices of arguments whose tensors the program may consume: their memory is reused, and the tensors passed in
	 * are dead afterwards. The function must return a list that begins with their replacements: trees of the same
	 * specs, in the order of `donate`. Default: none.
	 */
	readonly donate?: readonly number[];
	/** A name for messages and profiles. Default: the function's own name. */
	readonly name?: string;
}

/** What compiling cost and what it made. */
export interface ProgramInfo {
	readonly name: string;
	/** Equations of the traced program before and after simplification, and nodes of the lowered graph. */
	readonly equations: number;
	readonly simplified: number;
	readonly nodes: number;
	/** Milliseconds: tracing, lowering, and starting the native session. */
	readonly traceMs: number;
	readonly lowerMs: number;
	readonly sessionMs: number;
}

/** One operator's share of a profiled step. */
export interface ProfileRow {
	readonly operator: string;
	readonly calls: number;
	readonly milliseconds: number;
}

export interface Program<R> {
	/** Runs the program. Arguments are trees like the specs given to `compile`. Outputs belong to the caller. */
	(...args: Tree<Leaf>[]): Promise<R>;
	readonly info: ProgramInfo;
	/** Runs once with timing by operator; the sum over rows is the time in operators, all threads' wall time. */
	profile(...args: Tree<Leaf>[]): Promise<{ result: R; rows: ProfileRow[] }>;
	dispose(): void;
}

/** `cpu`, `webgpu` and `cuda` are native (ONNX Runtime); `wasm` is jax-js itself. */
export type Device = "cpu" | "webgpu" | "cuda" | "wasm";

export interface EngineOptions {
	/** Default `cpu`. */
	readonly device?: Device;
	/** Threads of the native CPU device. Default: the number of available cores. */
	readonly threads?: number;
}

/** A pure function over trees of jax-js arrays. */
// biome-ignore lint/suspicious/noExplicitAny: argument trees differ by position, as in jax-js's own signatures.
export type TracedFunction<R> = (...args: any[]) => R;

export interface Engine {
	readonly device: Device;
	/** The device in words, for `doctor` and the run's configuration. */
	readonly description: string;
	readonly threads: number;
	/** Whether it computes in float64; if not, `compile` refuses such programs. */
	readonly float64: boolean;
	/** Puts host values into the engine's memory. Throws if `values.length` is not the product of `shape`. */
	tensor(values: TypedArray | readonly number[], shape: readonly number[], dtype?: DType): Tensor;
	/**
	 * Traces `fn` for arguments of the given specs, lowers it and prepares it to run.
	 * Throws `UnsupportedPrimitiveError`, naming primitive and place, when the device cannot run what was traced.
	 */
	compile<R extends Tree<JaxArray>>(
		fn: TracedFunction<R>,
		specs: readonly Tree<Spec>[],
		options?: CompileOptions,
	): Promise<Program<MapTree<R, JaxArray, Tensor>>>;
	dispose(): Promise<void>;
}
