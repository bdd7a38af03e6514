import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSource } from "../byte-source.ts";
import { valuesOf } from "../open-weights.ts";
import { byteSizes } from "../stored-type.ts";
import { openTorch } from "./open.ts";

const folder = join(import.meta.dirname, "../../../test/fixtures/torch-files");
const expected: Record<string, Record<string, { shape: number[]; values: number[] }>> = JSON.parse(
	await readFile(join(folder, "expected.json"), "utf8"),
);
const open = async (name: string) => {
	const source = await openSource(join(folder, name));
	return openTorch(source).catch(async (error) => {
		await source.close();
		throw error;
	});
};

test.each(Object.keys(expected))(
	"%s gives the names, shapes and values that PyTorch gives, exactly",
	async (name) => {
		const weights = await open(name);
		const found: Record<string, unknown> = {};
		for (const [key, tensor] of weights.tensors)
			found[key] = { shape: [...tensor.shape], values: [...(await valuesOf(tensor))] };
		expect(found).toEqual(expected[name]);
		await weights.close();
	},
);

test("any range of a strided tensor is the same bytes as the whole", async () => {
	const weights = await open("strided.pt");
	for (const tensor of weights.tensors.values()) {
		const size = tensor.shape.reduce((a, b) => a * b, byteSizes[tensor.dtype]);
		const whole = new Uint8Array(size);
		await tensor.readBytes(whole, 0);
		for (let begin = 0; begin < size; begin += 3)
			for (const length of [1, 4, 7, 33]) {
				const part = new Uint8Array(Math.min(length, size - begin));
				await tensor.readBytes(part, begin);
				expect(part).toEqual(whole.subarray(begin, begin + part.length));
			}
		await expect(tensor.readBytes(new Uint8Array(1), size)).rejects.toThrow(RangeError);
	}
	await weights.close();
});

test("every type is read as it is named", async () => {
	const weights = await open("types.pt");
	expect(Object.fromEntries([...weights.tensors].map(([name, { dtype }]) => [name, dtype]))).toEqual({
		float64: "F64",
		float32: "F32",
		float16: "F16",
		bfloat16: "BF16",
		int64: "I64",
		int32: "I32",
		int16: "I16",
		int8: "I8",
		uint8: "U8",
		bool: "BOOL",
	});
	await weights.close();
});

test("of nanoGPT's file the model counts, its numbers are kept, and the optimizer is listed", async () => {
	const weights = await open("nanogpt.pt");
	expect(weights.numbers).toEqual({ iter_num: 1234, best_val_loss: 2.5 });
	expect(weights.ignored).toEqual([
		{ path: `${weights.location}#optimizer`, reason: "not in `model`, the model" },
	]);
	await weights.close();
});

test("of Lightning's file too; what is no tensor beside it is let be", async () => {
	const weights = await open("lightning.ckpt");
	expect(weights.numbers).toEqual({ global_step: 77, epoch: 1 });
	expect(weights.ignored.map(({ path }) => path)).toEqual([`${weights.location}#optimizer_states`]);
	await weights.close();
});

test("pytorch_model.bin of transformers has the tensors of its safetensors twin, bit for bit", async () => {
	const fixtures = join(folder, "..");
	const weights = await openTorch(await openSource(join(fixtures, "hf-layouts/gpt2-bin/pytorch_model.bin")));
	const { openSafetensorsWeights } = await import("../safetensors-weights.ts");
	const twin = await openSafetensorsWeights(await openSource(join(fixtures, "hf/gpt2/model.safetensors")));
	let compared = 0;
	for (const [name, tensor] of twin.tensors) {
		const other = weights.tensors.get(name)!;
		expect(other.shape).toEqual(tensor.shape);
		expect(await valuesOf(other)).toEqual(await valuesOf(tensor));
		compared++;
	}
	expect(compared).toBeGreaterThan(20);
	await weights.close();
	await twin.close();
});

test.each([
	["evil.pt", /instruction at byte \d+ of `.*evil\.pt\/evil\/data\.pkl` .* got `posix\.system`/],
	["module.pt", /got `__main__\.L`\. Only tensors .* save the state_dict\(\) alone/],
	["quantised.pt", /got `torch\._utils\._rebuild_qtensor`/],
	["sparse.pt", /got `torch\._utils\._rebuild_sparse_tensor`/],
	["expanded.pt", /at most the 1 values of its storage, got \[1000\].*\.contiguous\(\)/],
	["script.pt", /got a TorchScript program/],
	["legacy.bin", /got a pickle of its older format or of another program\. Load it in PyTorch/],
	["README.md", /begins with PK, got the bytes/],
])("%s is refused by name", async (name, message) => {
	await expect(open(name)).rejects.toThrow(message);
	expect(existsSync("/tmp/orrery-evil")).toBe(false);
});
