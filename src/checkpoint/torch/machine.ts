/**
 * The stack, the marks and the memory of a machine that reads pickles, each bounded, and what its instructions do to
 * them. pickle.ts says which instruction does what.
 */
import { UserError } from "../../error.ts";
import { type Refuse, rebuild } from "./rebuild.ts";
import { Global, globals, Opaque, opaqueNames, type Value } from "./values.ts";

/** How much may be held: a state dictionary of 100,000 tensors takes about a fifth. */
const limits = {
	stack: 1_000_000,
	values: 20_000_000,
	marks: 10_000,
	memo: 4_000_000,
	copied: 20_000_000,
	integer: 1024,
	name: 256,
};

const trusted =
	"Only tensors and plain containers are read, and nothing in a file is executed. If you trust it, load it in PyTorch " +
	"and save the state_dict() alone, best as safetensors.";

export class Machine {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	readonly #file: string;
	readonly #stack: Value[] = [];
	/** Heights of the stack, rising. */
	readonly #marks: number[] = [];
	readonly #memo = new Map<number, Value>();
	#copied = 0;
	#pushed = 0;
	#at = 0;
	/** Where the present instruction begins. */
	#begin = 0;

	constructor(bytes: Uint8Array, file: string) {
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		this.#file = file;
	}

	/** The code of the next instruction. */
	next(): number {
		this.#begin = this.#at;
		if (this.#at >= this.#bytes.length) this.refuse("whole", "the end of the pickle");
		return this.#bytes[this.#at++]!;
	}

	/** The value that is left at the end. */
	end(): Value {
		const value = this.pop();
		if (this.#stack.length || this.#at !== this.#bytes.length)
			this.refuse(
				"the last",
				`${this.#bytes.length - this.#at} bytes after it and ${this.#stack.length} values`,
			);
		return value;
	}

	/** The refusal of the present instruction. */
	refuse: Refuse = (
		expected,
		got,
		advice = "The file is damaged or incomplete: fetch or write it again.",
	) => {
		throw new UserError(
			`Expected the instruction at byte ${this.#begin} of \`${this.#file}\` to be ${expected}, got ${got.slice(0, 200)}. ${advice}`,
		);
	};

	harmful(got: string): never {
		return this.refuse("one that makes tensors, numbers, text or containers", got, trusted);
	}

	push(value: Value): void {
		if (this.#stack.length >= limits.stack)
			this.refuse(`on a stack of at most ${limits.stack} values`, "one more");
		if (++this.#pushed > limits.values) this.refuse(`one of at most ${limits.values} values`, "one more");
		this.#stack.push(value);
	}

	pop(): Value {
		if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) this.refuse("after a value", "an empty stack");
		return this.#stack.pop()!;
	}

	/** The last values, the topmost last. */
	several(count: number): Value[] {
		const from = this.#stack.length - count;
		if (from < (this.#marks.at(-1) ?? 0)) this.refuse(`after ${count} values`, "fewer");
		return this.#stack.splice(from);
	}

	top(): Value {
		if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) this.refuse("after a value", "an empty stack");
		return this.#stack.at(-1)!;
	}

	mark(): void {
		if (this.#marks.length >= limits.marks)
			this.refuse(`nested at most ${limits.marks} deep`, "one level more");
		this.#marks.push(this.#stack.length);
	}

	/** The values since the last mark, which goes with them. */
	popToMark(): Value[] {
		const mark = this.#marks.pop();
		if (mark === undefined) return this.refuse("after a mark", "none");
		return this.#stack.splice(mark);
	}

	/** Python's POP takes a mark where that is on top. */
	popAny(): void {
		if (this.#marks.length && this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
		else this.pop();
	}

	get(index: number): Value {
		const value = this.#memo.get(index);
		return value === undefined ? this.refuse("for something remembered", `number ${index}`) : value;
	}

	/** Remembers the top of the stack under `index`, by default the next. */
	put(index = this.#memo.size): void {
		if (this.#memo.size >= limits.memo)
			this.refuse(`one of at most ${limits.memo} things to remember`, "one more");
		this.#memo.set(index, this.top());
	}

	/** Counts values that are copied without their bytes being in the file again. */
	spend(count: number): void {
		this.#copied += count;
		if (this.#copied > limits.copied)
			this.refuse(`one that copies at most ${limits.copied} values in all`, "more", trusted);
	}

	global(module: Value, name: Value): void {
		if (typeof module !== "string" || typeof name !== "string")
			this.refuse("after two names", "something else");
		if (module.length + name.length > limits.name)
			this.harmful(`a name of ${module.length + name.length} letters`);
		this.push(globals.get(`${module}.${name}`) ?? this.harmful(`\`${module}.${name}\``));
	}

	/** What calling `callable` would make. */
	call(callable: Value, args: Value): void {
		if (!(callable instanceof Global)) this.harmful(`a call of ${nameOf(callable)}`);
		if (!Array.isArray(args) || !Object.isFrozen(args)) this.refuse("a call with a tuple", nameOf(args));
		this.push(
			opaqueNames.has(callable.name)
				? new Opaque(callable.name)
				: rebuild(callable.name, args, this.refuse, (count) => this.spend(count)),
		);
	}

	/** Attributes of an opaque thing or of a dictionary (`_metadata` of PyTorch's) are dropped. */
	build(): void {
		this.pop();
		const target = this.top();
		if (!(target instanceof Opaque || target instanceof Map)) this.harmful(`a change of ${nameOf(target)}`);
	}

	append(values: readonly Value[]): void {
		const target = this.top();
		if (Array.isArray(target) && !Object.isFrozen(target)) for (const value of values) target.push(value);
		else if (!(target instanceof Opaque)) this.refuse("after a list", nameOf(target));
	}

	add(values: readonly Value[]): void {
		const target = this.top();
		if (!(target instanceof Set)) this.refuse("after a set", nameOf(target));
		for (const value of values) target.add(value);
	}

	setItems(values: readonly Value[]): void {
		const target = this.top();
		if (values.length % 2) this.refuse("after pairs", `${values.length} values`);
		if (target instanceof Opaque) return;
		if (!(target instanceof Map)) this.refuse("after a dictionary", nameOf(target));
		for (let i = 0; i < values.length; i += 2) target.set(values[i], values[i + 1]);
	}

	/** The next `length` bytes, where they lie. */
	take(length: number): Uint8Array {
		if (!(length >= 0 && length <= this.#bytes.length - this.#at))
			this.refuse(`at most ${this.#bytes.length - this.#at} bytes long`, String(length));
		this.#at += length;
		return this.#bytes.subarray(this.#at - length, this.#at);
	}

	/** A whole number without sign of 1, 2, 4 or 8 bytes. */
	unsigned(width: number): number {
		const at = this.#at;
		this.take(width);
		let value = 0;
		for (let i = width - 1; i >= 0; i--) value = value * 256 + this.#bytes[at + i]!;
		return value;
	}

	signed32(): number {
		this.take(4);
		return this.#view.getInt32(this.#at - 4, true);
	}

	double(): number {
		this.take(8);
		return this.#view.getFloat64(this.#at - 8, false);
	}

	text(length: number): string {
		try {
			return decoder.decode(this.take(length));
		} catch (error) {
			if (error instanceof UserError) throw error;
			return this.refuse("text in UTF-8", "other bytes");
		}
	}

	/** Up to the end of the line. */
	line(): string {
		const end = this.#bytes.indexOf(10, this.#at);
		if (end < 0) this.refuse("a line", "no end of it");
		const text = this.text(end - this.#at);
		this.#at++;
		return text;
	}

	/** Two's complement, little-endian. */
	long(length: number): number | bigint {
		if (length > limits.integer) this.refuse(`a number of at most ${limits.integer} bytes`, String(length));
		const bytes = this.take(length);
		if (!length) return 0;
		const hex = Buffer.from(bytes).reverse().toString("hex");
		return narrowed(BigInt.asIntN(8 * length, BigInt(`0x${hex}`)));
	}

	float(text: string): number {
		const value = /^[-+]?(inf|nan)$/i.test(text) ? specials[text.toLowerCase()] : Number(text || Number.NaN);
		if (value === undefined || (Number.isNaN(value) && !/nan/i.test(text)))
			return this.refuse("a number", text);
		return value;
	}

	/** Of the memory, in decimal. */
	index(): number {
		const index = this.decimal(this.line());
		return typeof index === "number" && index >= 0
			? index
			: this.refuse("a place to remember", String(index));
	}

	decimal(text: string): number | bigint {
		if (text.length > limits.integer || !/^-?\d+$/.test(text)) return this.refuse("a whole number", text);
		return narrowed(BigInt(text));
	}
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const specials: Record<string, number> = {
	inf: Number.POSITIVE_INFINITY,
	"-inf": Number.NEGATIVE_INFINITY,
	nan: Number.NaN,
};

const narrowed = (value: bigint): number | bigint =>
	value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
		? Number(value)
		: value;

/** A value's kind in Python's words, for messages. */
export const nameOf = (value: Value): string =>
	value instanceof Global || value instanceof Opaque
		? `\`${value.name}\``
		: value === null
			? "None"
			: Array.isArray(value)
				? Object.isFrozen(value)
					? "a tuple"
					: "a list"
				: typeof value === "object"
					? `a ${value.constructor.name}`
					: `a ${typeof value}`;

export const tuple = (values: Value[]): Value => Object.freeze(values);
