/** What PyTorch's functions of reading would make of their arguments, with every number checked. */
import { byteSizes, type StoredType } from "../stored-type.ts";
import { dictionaries, dtypes, Global, Storage, storageTypes, TensorView, type Value } from "./values.ts";

/** Refuses the present instruction of a pickle. */
export type Refuse = (expected: string, got: string, advice?: string) => never;

type Args = readonly unknown[];

const largestRank = 64;

/** The value of `name(*args)`; `spend` counts values that are copied. */
export function rebuild(name: string, args: Args, refuse: Refuse, spend: (count: number) => void): Value {
	if (dictionaries.includes(name)) return dictionary(name, args, refuse, spend);
	switch (name) {
		case "torch._utils._rebuild_tensor":
		case "torch._utils._rebuild_tensor_v2": {
			const [storage, offset, shape, strides, , , metadata] = args;
			plain(metadata, refuse);
			return view(storage, undefined, offset, shape, strides, refuse);
		}
		case "torch._utils._rebuild_tensor_v3": {
			const [storage, offset, shape, strides, , , dtype, metadata] = args;
			plain(metadata, refuse);
			const known = dtype instanceof Global ? dtypes[dtype.name.replace("torch.", "")] : undefined;
			return view(
				storage,
				known ?? refuse("a tensor of a known type", "none"),
				offset,
				shape,
				strides,
				refuse,
			);
		}
		case "torch._utils._rebuild_parameter":
		case "torch._utils._rebuild_parameter_with_state":
		case "torch.nn.parameter.Parameter":
		case "torch.nn.parameter.Buffer": {
			const [data] = args;
			return data instanceof TensorView ? data : refuse("a parameter made of a tensor", "none");
		}
		case "torch._tensor._rebuild_from_type_v2": {
			const [make, , inner] = args;
			if (!(make instanceof Global && /^torch\._utils\._rebuild_/.test(make.name)))
				return refuse("a tensor made by a function of torch._utils", "another");
			if (!isTuple(inner)) return refuse("a call with a tuple", "none");
			return rebuild(make.name, inner, refuse, spend);
		}
		case "torch.Size": {
			const [sizes] = args;
			return isTuple(sizes) ? sizes : refuse("sizes in a tuple", "none");
		}
		case "_codecs.encode": {
			const [text, encoding] = args;
			if (typeof text !== "string" || encoding !== "latin1")
				return refuse("text in latin1", "something else");
			spend(text.length);
			return new Uint8Array(Buffer.from(text, "latin1"));
		}
		default:
			return refuse("a call of a function", `\`${name}\``);
	}
}

const isTuple = (value: unknown): value is readonly unknown[] =>
	Array.isArray(value) && Object.isFrozen(value);

/** `OrderedDict()`, `OrderedDict([(key, value), …])`, `defaultdict(factory)`, `Counter({…})`. */
function dictionary(name: string, args: Args, refuse: Refuse, spend: (count: number) => void): Value {
	const content = name === "collections.defaultdict" ? args[1] : args[0];
	if (content === undefined) return new Map();
	if (content instanceof Map) {
		spend(content.size);
		return new Map(content);
	}
	if (!Array.isArray(content)) return refuse("a dictionary of pairs", "something else");
	spend(content.length);
	const pairs = content.map((pair) =>
		Array.isArray(pair) && pair.length === 2
			? ([pair[0], pair[1]] as const)
			: refuse("pairs", "something else"),
	);
	return new Map(pairs);
}

/** The storage that a persistent identifier names: ("storage", type, key, device, length). */
export function storageOf(id: Value, refuse: Refuse): Storage {
	if (!isTuple(id) || id[0] !== "storage") return refuse("a storage", "another persistent identifier");
	const [, type, key, , length] = id;
	const name = type instanceof Global ? type.name.replace(/^torch\.(storage\.)?/, "") : "";
	const dtype = storageTypes[name];
	if (!dtype && name !== "UntypedStorage") return refuse("a storage of a known type", `\`${name}\``);
	if (typeof key !== "string" || !isCount(length)) return refuse("a storage with a key and a length", "none");
	return new Storage(dtype, key, length);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function isCounts(value: unknown): value is readonly number[] {
	return Array.isArray(value) && value.length <= largestRank && value.every(isCount);
}

/** A tensor that is to be negated or conjugated when it is read is not what its bytes say. */
function plain(metadata: unknown, refuse: Refuse): void {
	if (metadata instanceof Map && (metadata.get("neg") || metadata.get("conj")))
		refuse("a tensor as it is stored", "one that is negated or conjugated when it is read");
}

function view(
	storage: unknown,
	type: StoredType | undefined,
	offset: unknown,
	shape: unknown,
	strides: unknown,
	refuse: Refuse,
): TensorView {
	if (!(storage instanceof Storage)) return refuse("a tensor in a storage", "none");
	const dtype = type ?? storage.dtype ?? refuse("a tensor with a type", "none");
	if (!isCount(offset)) return refuse("a tensor with an offset", "none");
	if (!isCounts(shape) || !isCounts(strides) || shape.length !== strides.length)
		return refuse(`a tensor with as many strides as sizes, at most ${largestRank}`, "something else");
	const there = storage.dtype ? storage.length : Math.floor(storage.length / byteSizes[dtype]);
	if (storage.dtype && type && byteSizes[type] !== byteSizes[storage.dtype])
		refuse(`a tensor of its storage's type ${storage.dtype}`, type);
	const count = shape.reduce((a, b) => a * b, 1);
	const last = offset + shape.reduce((sum, size, i) => sum + (size - 1) * strides[i]!, 0);
	if (count > 0 && last >= there)
		refuse(
			`a tensor within the ${there} values of its storage`,
			`[${shape}] at ${offset} with strides [${strides}]`,
		);
	if (count > there)
		refuse(
			`a tensor of at most the ${there} values of its storage`,
			`[${shape}], the same values again and again`,
			"Save its .contiguous() in PyTorch.",
		);
	return new TensorView(storage, dtype, offset, shape, strides);
}
