import { describe, expect, test } from "vitest";
import { UserError } from "../../error.ts";
import { readPickle } from "./pickle.ts";
import { modelOf } from "./state-dict.ts";
import { Opaque, Storage, TensorView } from "./values.ts";

/** A pickle of these pieces: text as Latin-1, numbers as bytes. */
const pickle = (...parts: (string | number[])[]): Uint8Array =>
	Buffer.concat(parts.map((part) => Buffer.from(part as string, "latin1")));
const u32 = (n: number) => [n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >>> 24) & 255];
const text = (s: string) => Buffer.from([0x58, ...u32(s.length), ...Buffer.from(s)]).toString("latin1");
const read = (...parts: (string | number[])[]) => readPickle(pickle(...parts), "x.pt/data.pkl");

/** `_rebuild_tensor_v2(storage, offset, shape, strides, False, {})` of a storage of `length` float32 values. */
const tensor = (offset: string, shape: string, strides: string, length = "K\x04") =>
	`ctorch._utils\n_rebuild_tensor_v2\n((${text("storage")}ctorch\nFloatStorage\n${text("0")}${text("cpu")}${length}tQ${offset}${shape}${strides}\x89}tR`;

describe("what a pickle says is read", () => {
	test.each<[string, (string | number[])[], unknown]>([
		[
			"numbers",
			["(K\x01M\x00\x01J\xff\xff\xff\xffI12\nI01\nL-5L\nF1.5\nGA\x00\x00\x00\x00\x00\x00\x00\x8a\x00tN\x86."],
			[[1, 256, -1, 12, true, -5, 1.5, 2 ** 17, 0], null],
		],
		[
			"long numbers",
			["\x8a\x02\xff\xff\x8b", u32(9), "\x00\x00\x00\x00\x00\x00\x00\x00\x01\x86."],
			[-1, 2n ** 64n],
		],
		[
			"text of every protocol",
			["(S'a'\nVb\\u0063\nU\x01dT\x01\x00\x00\x00e\x8c\x01fX\x01\x00\x00\x00gt."],
			["a", "bc", "d", "e", "f", "g"],
		],
		["bytes", ["C\x02\x00\xff."], Buffer.from([0, 255])],
		["lists", ["](K\x01K\x02eK\x03a."], [1, 2, 3]],
		[
			"dictionaries",
			["}(U\x01aK\x01U\x01bK\x02uU\x01cK\x03s."],
			new Map([
				["a", 1],
				["b", 2],
				["c", 3],
			]),
		],
		["dictionaries and lists by mark", ["(U\x01a(K\x01ld."], new Map([["a", [1]]])],
		["sets", ["\x80\x04\x8f(K\x01K\x02\x90."], new Set([1, 2])],
		["what is remembered", ["]q\x07K\x01ah\x07\x86."], [[1], [1]]],
		["the frame of protocol 4", ["\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00N."], null],
		[
			"an ordered dictionary with attributes",
			["ccollections\nOrderedDict\n)R(U\x01aK\x01u}U\x09_metadata}sb."],
			new Map([["a", 1]]),
		],
		[
			"an ordered dictionary from pairs",
			["ccollections\nOrderedDict\n](](U\x01aK\x01ee\x85R."],
			new Map([["a", 1]]),
		],
		["torch.Size", ["ctorch\nSize\n(K\x02K\x03t\x85R."], [2, 3]],
	])("%s", (_, parts, value) => {
		expect(read(...parts)).toEqual(value);
	});

	test("a tensor is a view of its storage", () => {
		const value = read(tensor("K\x00", "(K\x02K\x02t", "(K\x01K\x02t"), ".") as TensorView;
		expect(value).toBeInstanceOf(TensorView);
		expect(value.storage).toEqual(new Storage("F32", "0", 4));
		expect([value.shape, value.strides]).toEqual([
			[2, 2],
			[1, 2],
		]);
	});

	test("a tensor whose type is told apart from its storage of bytes, as PyTorch 2 writes float8", () => {
		const of = (dtype: string, length: string, shape: string) =>
			read(
				`ctorch._utils\n_rebuild_tensor_v3\n((${text("storage")}ctorch.storage\nUntypedStorage\n${text("0")}${text("cpu")}${length}tQK\x00${shape}(K\x01t\x89}ctorch\n${dtype}\ntR`,
				".",
			) as TensorView;
		expect(of("float8_e4m3fn", "K\x08", "(K\x08t").dtype).toBe("F8_E4M3");
		expect(of("uint16", "K\x08", "(K\x04t").dtype).toBe("U16");
		expect(() => of("uint16", "K\x08", "(K\x05t")).toThrow(/within the 4 values of its storage/);
	});

	test("parameters with attributes are their tensors", () => {
		const inner = tensor("K\x00", "(K\x02t", "(K\x01t").slice(
			"ctorch._utils\n_rebuild_tensor_v2\n".length,
			-1,
		);
		const value = read(
			`ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\nctorch.nn.parameter\nParameter\n${inner}}tR.`,
		) as TensorView;
		expect(value.shape).toEqual([2]);
	});

	test("a tensor that PyTorch would negate when reading is refused", () => {
		const negated = tensor("K\x00", "(K\x02t", "(K\x01t").replace(/tR$/, `}${text("neg")}\x88stR.`);
		expect(() => read(negated)).toThrow(/as it is stored, got one that is negated/);
	});

	test("harmless things beside tensors become names without content", () => {
		const value = read("cargparse\nNamespace\n)\x81}U\x02lrGA\x00\x00\x00\x00\x00\x00\x00sb.");
		expect(value).toEqual(new Opaque("argparse.Namespace"));
	});
});

describe("what would run something is refused, with its name and its byte", () => {
	test.each<[string, (string | number[])[], RegExp]>([
		["os.system by GLOBAL", ["cos\nsystem\n(U\x02lstR."], /byte 0 of `x\.pt\/data\.pkl` .* got `os\.system`/],
		[
			"eval by STACK_GLOBAL",
			["\x80\x04\x8c\x08builtins\x8c\x04eval\x93."],
			/byte 18 .* got `builtins\.eval`/,
		],
		["eval of Python 2", ["c__builtin__\neval\n."], /`__builtin__\.eval`/],
		["getattr", ["cbuiltins\ngetattr\n."], /`builtins\.getattr`/],
		["INST", ["(U\x02lsios\nsystem\n."], /byte 5 .* got `os\.system`/],
		["OBJ", ["(cposix\nsystem\nU\x02lso."], /got `posix\.system`/],
		["NEWOBJ", ["csubprocess\nPopen\n)\x81."], /got `subprocess\.Popen`/],
		[
			"a dotted name",
			["\x80\x04\x8c\x05torch\x8c\x12hub.load_from_file\x93."],
			/`torch\.hub\.load_from_file`/,
		],
		["REDUCE on text", ["U\x02os)R."], /got a call of a string/],
		["REDUCE on what was made", [")ccollections\nOrderedDict\n)R)R."], /got a call of a Map/],
		["BUILD of text", ["U\x02os}b."], /got a change of a string/],
		["BUILD of a function", ["ctorch._utils\n_rebuild_tensor_v2\n}b."], /got a change of `torch\._utils/],
		["EXT1", ["\x82\x01."], /got a name from the extension registry/],
		["a persistent identifier in text", ["P0\n."], /persistent identifier/],
		["a buffer from outside", ["\x97."], /a buffer outside/],
		["a call with a list", ["ctorch\nSize\n]R."], /a call with a tuple, got a list/],
		["a type as a function", ["ctorch\nfloat32\n)R."], /a call of a function, got `torch\.float32`/],
		[
			"another rebuilder by _rebuild_from_type_v2",
			["ctorch._tensor\n_rebuild_from_type_v2\n(ctorch\nSize\nctorch\nTensor\n)}tR."],
			/a function of torch\._utils/,
		],
		["the prototype of our own objects", ["U\x00U\x09__proto__\x93."], /got `\.__proto__`/],
	])("%s", (_, parts, message) => {
		expect(() => read(...parts)).toThrow(message);
		expect(() => read(...parts)).toThrow(UserError);
	});
});

describe("a damaged pickle is refused, with its byte", () => {
	test.each<[string, (string | number[])[], RegExp]>([
		["no end", ["N"], /byte 1 .* whole, got the end/],
		["a rest after the end", ["N.N"], /the last, got 1 bytes after it/],
		["an unknown instruction", ["\xff"], /a known one, got 0xff/],
		["protocol 6", ["\x80\x06N."], /protocol 0 to 5, got 6/],
		["an empty stack", ["."], /after a value, got an empty stack/],
		["no mark", ["t."], /after a mark, got none/],
		["nothing remembered", ["h\x05."], /something remembered, got number 5/],
		["a text longer than the file", ["X\xff\xff\xff\xffab."], /at most 3 bytes long, got 4294967295/],
		["a text of 2^63 bytes", ["\x8d\xff\xff\xff\xff\xff\xff\xff\xffab."], /at most 3 bytes long/],
		["a text of a negative length", ["T\xff\xff\xff\xffab."], /at most 3 bytes long, got -1/],
		["a number of 2 GB", ["\x8b\xff\xff\xff\x7f\x01."], /at most 1024 bytes, got 2147483647/],
		["a number of a negative length", ["\x8b\xff\xff\xff\xff\x01."], /got -1/],
		["text that is not UTF-8", ["X\x01\x00\x00\x00\xff."], /text in UTF-8/],
		["a line without end", ["cos"], /a line, got no end/],
		["half a pair", ["}(NuN."], /after pairs, got 1 values/],
		["a change of a tuple", [")Na."], /after a list, got a tuple/],
		[
			"a tensor beyond its storage",
			[tensor("K\x01", "(K\x04t", "(K\x01t"), "."],
			/within the 4 values of its storage, got \[4\] at 1/,
		],
		[
			"a tensor that repeats its storage",
			[tensor("K\x00", "(J\xff\xff\xff\x7ft", "(K\x00t"), "."],
			/the same values again and again/,
		],
		["a negative size", [tensor("K\x00", "(J\xff\xff\xff\xfft", "(K\x01t"), "."], /as many strides as sizes/],
		[
			"a negative stride",
			[tensor("K\x03", "(K\x02t", "(J\xff\xff\xff\xfft"), "."],
			/as many strides as sizes/,
		],
		["strides that lack", [tensor("K\x00", "(K\x02t", ")"), "."], /as many strides as sizes/],
		[
			"an offset that is a number with a fraction",
			[tensor("G\x3f\xe0\x00\x00\x00\x00\x00\x00", "(K\x02t", "(K\x01t"), "."],
			/with an offset/,
		],
	])("%s", (_, parts, message) => {
		expect(() => read(...parts)).toThrow(message);
		expect(() => read(...parts)).toThrow(UserError);
	});
});

describe("bombs end soon", () => {
	const soon = (bytes: Uint8Array): unknown => {
		const start = performance.now();
		let outcome: unknown;
		try {
			outcome = modelOf(readPickle(bytes, "x"), "x");
		} catch (error) {
			expect(error).toBeInstanceOf(UserError);
			outcome = (error as Error).message;
		}
		expect(performance.now() - start).toBeLessThan(4000);
		return outcome;
	};

	test("a billion laughs: lists of lists of lists, by reference", () => {
		const level = (i: number) =>
			`](${`h${String.fromCharCode(i - 1)}`.repeat(10)}eq${String.fromCharCode(i)}0`;
		const levels = Array.from({ length: 40 }, (_, i) => level(i + 1)).join("");
		expect(soon(pickle("]q\x000", levels, `}${text("a")}h\x28s.`))).toMatch(
			/nested at most 32 deep|none in it/,
		);
	});

	test("a dictionary in itself, and tensors in dictionaries by reference", () => {
		expect(soon(pickle(`}q\x00${text("a")}h\x00sh\x00.`.replace("h\x00.", ".")))).toMatch(/none in it/);
		const leaf = `}q\x00${text("w")}${tensor("K\x00", "(K\x04t", "(K\x01t")}s0`;
		const level = (i: number) =>
			`}(${text("a")}h${String.fromCharCode(i - 1)}${text("b")}h${String.fromCharCode(i - 1)}uq${String.fromCharCode(i)}0`;
		const levels = Array.from({ length: 25 }, (_, i) => level(i + 1)).join("");
		const found = soon(pickle(leaf, levels, "h\x19.")) as ReturnType<typeof modelOf>;
		expect(found.tensors.size).toBe(1);
		expect(found.ignored).toHaveLength(25);
	});

	test("nesting millions deep", () => {
		expect(soon(pickle("(".repeat(1e7)))).toMatch(/nested at most 10000 deep/);
		expect(soon(pickle(")".repeat(1e5), "\x85".repeat(1e6), "."))).toMatch(/the last/);
		expect(soon(pickle(`}${text("a")}`, ")", "\x85".repeat(1e6), "s."))).toMatch(/nested at most 32/);
	});

	test("ten million values, or things remembered", () => {
		expect(soon(pickle("N".repeat(1e7)))).toMatch(/a stack of at most/);
		expect(soon(pickle("N", "\x94".repeat(1.1e7)))).toMatch(/things to remember/);
	});

	test("a list copied a million times", () => {
		const start = `](${"N".repeat(1e5)}eq\x000`;
		expect(soon(pickle(start, "ccollections\nOrderedDict\nh\x00\x85R".repeat(1e5), "."))).toMatch(/pairs/);
		const large = `c_codecs\nencode\n${text("a".repeat(1e6))}U\x06latin1\x86q\x000q\x010`;
		expect(soon(pickle(large, "h\x01h\x00R".repeat(1e5), "."))).toMatch(/copies at most/);
	});
});
