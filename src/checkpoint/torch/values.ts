/**
 * What a pickled file of PyTorch may speak of, as inert values: no name in it is ever looked up in a program.
 *
 * A global is a name on the list below, or the file is refused. Of these a few rebuild tensors from their storages;
 * the others stand for things that checkpoints carry beside their tensors (`argparse.Namespace`, NumPy's numbers,
 * paths) and become `Opaque`: a name without content.
 */
import type { StoredType } from "../stored-type.ts";

/** A storage that a tensor views: an entry `data/<key>` of the archive. */
export class Storage {
	/** Undefined for bytes without a type, which the tensor then tells. */
	readonly dtype: StoredType | undefined;
	readonly key: string;
	/** Values, or bytes where there is no type. */
	readonly length: number;

	constructor(dtype: StoredType | undefined, key: string, length: number) {
		this.dtype = dtype;
		this.key = key;
		this.length = length;
	}
}

/** A tensor: a strided view of a storage; offset and strides count values. */
export class TensorView {
	readonly storage: Storage;
	readonly dtype: StoredType;
	readonly offset: number;
	readonly shape: readonly number[];
	readonly strides: readonly number[];

	constructor(
		storage: Storage,
		dtype: StoredType,
		offset: number,
		shape: readonly number[],
		strides: readonly number[],
	) {
		this.storage = storage;
		this.dtype = dtype;
		this.offset = offset;
		this.shape = shape;
		this.strides = strides;
	}
}

/** Something whose name is known to be harmless, and whose content is dropped. */
export class Opaque {
	readonly name: string;

	constructor(name: string) {
		this.name = name;
	}
}

/** A name on the list: a class or function of Python that is not there. */
export class Global {
	readonly name: string;

	constructor(name: string) {
		this.name = name;
	}
}

/** dict and its kin → Map, list → array, tuple → frozen array, None → null, bytes → Uint8Array, large int → bigint. */
export type Value =
	| null
	| boolean
	| number
	| bigint
	| string
	| Uint8Array
	| Set<unknown>
	| Map<unknown, unknown>
	| readonly unknown[]
	| Global
	| Opaque
	| Storage
	| TensorView;

/** PyTorch's types by the names of its storages and of its dtypes. */
export const storageTypes: Readonly<Record<string, StoredType>> = {
	DoubleStorage: "F64",
	FloatStorage: "F32",
	HalfStorage: "F16",
	BFloat16Storage: "BF16",
	LongStorage: "I64",
	IntStorage: "I32",
	ShortStorage: "I16",
	CharStorage: "I8",
	ByteStorage: "U8",
	BoolStorage: "BOOL",
	ComplexFloatStorage: "C64",
};

export const dtypes: Readonly<Record<string, StoredType>> = {
	float64: "F64",
	double: "F64",
	float32: "F32",
	float: "F32",
	float16: "F16",
	half: "F16",
	bfloat16: "BF16",
	float8_e4m3fn: "F8_E4M3",
	float8_e5m2: "F8_E5M2",
	float8_e8m0fnu: "F8_E8M0",
	int64: "I64",
	long: "I64",
	int32: "I32",
	int: "I32",
	int16: "I16",
	short: "I16",
	int8: "I8",
	uint64: "U64",
	uint32: "U32",
	uint16: "U16",
	uint8: "U8",
	bool: "BOOL",
	complex64: "C64",
};

/** Their content is dropped, so these are harmless whatever is done to them; docs/checkpoints.md lists them. */
const opaque = [
	"argparse.Namespace",
	"types.SimpleNamespace",
	...["Path", "PurePath", "PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath"].flatMap((name) => [
		`pathlib.${name}`,
		`pathlib._local.${name}`,
	]),
	"datetime.datetime",
	"datetime.date",
	"datetime.timedelta",
	"datetime.timezone",
	"numpy.dtype",
	"numpy.ndarray",
	...["numpy.core.multiarray", "numpy._core.multiarray"].flatMap((name) => [
		`${name}.scalar`,
		`${name}._reconstruct`,
	]),
	"torch.device",
	"torch.strided",
	"torch.serialization._get_layout",
	"typing.Any",
	"collections.deque",
	...[
		"object",
		"set",
		"frozenset",
		"list",
		"tuple",
		"int",
		"float",
		"str",
		"bool",
		"bytes",
		"bytearray",
		"complex",
	]
		.concat("slice", "range")
		.flatMap((name) => [`builtins.${name}`, `__builtin__.${name}`]),
	"copyreg._reconstructor",
	"copy_reg._reconstructor",
	"omegaconf.dictconfig.DictConfig",
	"omegaconf.listconfig.ListConfig",
	"omegaconf.base.ContainerMetadata",
	"omegaconf.base.Metadata",
	"omegaconf.nodes.AnyNode",
	"pytorch_lightning.utilities.parsing.AttributeDict",
	"lightning_fabric.utilities.data.AttributeDict",
	"lightning.fabric.utilities.data.AttributeDict",
];

/** Dictionaries of Python, read as such. */
export const dictionaries: readonly string[] = [
	"collections.OrderedDict",
	"collections.defaultdict",
	"collections.Counter",
	"builtins.dict",
	"__builtin__.dict",
];

const rebuilders = [
	"torch._utils._rebuild_tensor",
	"torch._utils._rebuild_tensor_v2",
	"torch._utils._rebuild_tensor_v3",
	"torch._utils._rebuild_parameter",
	"torch._utils._rebuild_parameter_with_state",
	"torch._tensor._rebuild_from_type_v2",
	"torch.Size",
	"torch.Tensor",
	"torch.nn.parameter.Parameter",
	"torch.nn.parameter.Buffer",
	"_codecs.encode",
	"torch.storage.UntypedStorage",
	"torch.UntypedStorage",
];

/** Every global that may be named in a file. */
export const globals: ReadonlyMap<string, Global> = new Map(
	[
		...opaque,
		...dictionaries,
		...rebuilders,
		...Object.keys(storageTypes).map((name) => `torch.${name}`),
		...Object.keys(dtypes).map((name) => `torch.${name}`),
	].map((name) => [name, new Global(name)]),
);

export const opaqueNames: ReadonlySet<string> = new Set(opaque);
