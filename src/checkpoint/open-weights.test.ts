import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { safetensorsBytes } from "../../test/support/memory-source.ts";
import { UserError } from "../error.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import { findSeries } from "./find-series.ts";
import { openWeights, valuesOf } from "./open-weights.ts";
import { hostTensor } from "./safetensors.ts";

const fixtures = fileURLToPath(new URL("../../test/fixtures/", import.meta.url));
const hf = join(fixtures, "hf");
const layouts = join(fixtures, "hf-layouts");

/** Every tensor's shape and values, by name. */
async function load(location: string): Promise<Record<string, unknown>> {
	const weights = await openWeights(location);
	const read: Record<string, unknown> = {};
	for (const [name, tensor] of [...weights.tensors].sort(([a], [b]) => (a < b ? -1 : 1)))
		read[name] = [tensor.shape, await valuesOf(tensor)];
	await weights.close();
	return read;
}

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "orrery-weights-"));
});
afterAll(() => rm(folder, { recursive: true }));
let here: string;
let count = 0;
beforeEach(async () => {
	here = join(folder, String(count++));
	await mkdir(here);
});

const one = safetensorsBytes({ x: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }, [0, 0, 128, 63]);
const put = (files: Record<string, Uint8Array | string>) =>
	Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(here, name), content)));

describe("the same weights in another layout have the same values", () => {
	it("in shards", async () => {
		expect(await load(join(layouts, "llama-sharded"))).toEqual(await load(join(hf, "llama")));
	});

	it("as PyTorch's archive, which names the tied head, too", async () => {
		const values = await load(join(hf, "gpt2"));
		expect(await load(join(layouts, "gpt2-bin"))).toEqual({
			...values,
			"lm_head.weight": values["transformer.wte.weight"],
		});
	});

	it("read by an index, by a folder, or by a file", async () => {
		const sharded = join(layouts, "llama-sharded");
		const byFolder = await load(sharded);
		expect(await load(join(sharded, "model.safetensors.index.json"))).toEqual(byFolder);
		const shard = await load(join(sharded, "model-00002-of-00002.safetensors"));
		expect(byFolder).toMatchObject(shard);
		expect(Object.keys(shard).length).toBeLessThan(Object.keys(byFolder).length);
	});

	it("half as long: every bfloat16 is the float32 with its lower half zero", async () => {
		const weights = await openWeights(join(layouts, "llama-bf16"));
		for (const tensor of weights.tensors.values()) {
			expect(tensor.dtype).toBe("BF16");
			const values = await valuesOf(tensor);
			expect(new Uint32Array(values.buffer).every((bits) => (bits & 0xffff) === 0)).toBe(true);
		}
		await weights.close();
	});
});

it("any range of a tensor can be read, and none beyond it", async () => {
	const weights = await openWeights(join(hf, "gpt2"));
	const tensor = weights.tensors.get("transformer.wte.weight")!;
	const bytes = new Uint8Array((await valuesOf(tensor)).buffer);
	const part = new Uint8Array(37);
	await tensor.readBytes(part, 13);
	expect(part).toEqual(bytes.subarray(13, 50));
	await expect(tensor.readBytes(part, bytes.length - 36)).rejects.toThrow(RangeError);
	await weights.close();
});

describe("in a folder", () => {
	it("safetensors are preferred, and what else lies there is named with the reason", async () => {
		await put({
			"model.safetensors": one,
			"pytorch_model.bin": "copy",
			"optimizer.pt": "state",
			"training_args.bin": "state",
			"model-00001-of-00002.safetensors": one,
			"model.safetensors.tmp": "half",
			"config.json": "{}",
		});
		const weights = await openWeights(here);
		await weights.close();
		expect(weights.location).toBe(here);
		expect(weights.files).toEqual([join(here, "model.safetensors")]);
		expect(
			Object.fromEntries(weights.ignored.map(({ path, reason }) => [path.slice(here.length + 1), reason])),
		).toEqual({
			"pytorch_model.bin": "the weights are read from `model.safetensors`",
			"model-00001-of-00002.safetensors": "the weights are read from `model.safetensors`",
			"optimizer.pt": "state of the training, no weights",
			"training_args.bin": "state of the training, no weights",
			"model.safetensors.tmp": "unfinished: a program is writing it, or was killed",
		});
	});

	it("of our own checkpoint the model is read, with its step", async () => {
		const tensor = hostTensor(Float32Array.of(1, 2), [2]);
		const path = await writeCheckpoint(here, 400, {
			model: { w: tensor },
			optimizer: { "w.m": tensor },
			state: {},
		});
		const weights = await openWeights(path);
		await weights.close();
		expect([...weights.tensors.keys()]).toEqual(["w"]);
		expect(weights.numbers).toEqual({ step: 400 });
		expect(weights.ignored).toEqual([
			{ path: join(path, "optimizer.safetensors"), reason: "state of the training, no weights" },
		]);
	});

	it("one file of another name is taken, of several none", async () => {
		await put({ "weights.safetensors": one, "optim.safetensors": one });
		expect(await load(here)).toEqual({ x: [[1], Float32Array.of(1)] });
		await put({ "others.safetensors": one });
		await expect(openWeights(here)).rejects.toThrow(
			/got others.safetensors, weights.safetensors. Name one of these files/,
		);
	});

	it("a pointer of Git LFS in place of the file is named", async () => {
		await put({ "model.safetensors": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n" });
		await expect(openWeights(here)).rejects.toThrow(/got a pointer of Git LFS.*git lfs pull/);
	});

	it("shards without their index are no whole checkpoint", async () => {
		await put({ "model-00001-of-00002.safetensors": one });
		await expect(openWeights(here)).rejects.toThrow(
			/an index beside `model-00001-of-00002.safetensors`.* got none/,
		);
	});

	it("without weights is refused, naming what is there", async () => {
		await expect(openWeights(here)).rejects.toThrow(/to hold one of model.safetensors, .* got nothing/);
		await put({ "notes.txt": "" });
		await expect(openWeights(here)).rejects.toThrow(/got notes.txt/);
		await expect(openWeights(join(here, "notes.txt"))).rejects.toThrow(/ends in .safetensors/);
		await expect(openWeights(join(here, "none"))).rejects.toThrow(/none` to exist/);
		await expect(openWeights(join(here, "none.safetensors"))).rejects.toThrow(/to exist/);
		const pipe = join(here, "pipe.safetensors");
		// To open a pipe for reading would wait for ever.
		if (spawnSync("mkfifo", [pipe]).status === 0)
			await expect(openWeights(pipe)).rejects.toThrow(/to be a file, got a device or pipe/);
		await symlink("round", join(here, "round"));
		await expect(openWeights(join(here, "round"))).rejects.toThrow(/links that lead back to themselves/);
		await expect(openWeights("s3://bucket/model.safetensors")).rejects.toThrow(UserError);
		await expect(findSeries("file:///tmp/steps")).rejects.toThrow(
			/begins with http:\/\/ or https:\/\/, got file:/,
		);
	});
});

describe("an index", () => {
	const index = (map: unknown) => JSON.stringify({ metadata: { total_size: 4 }, weight_map: map });
	const a = "model-00001-of-00001.safetensors";
	const refused = async (content: string, message: RegExp) => {
		await put({ "model.safetensors.index.json": content });
		const opening = openWeights(here);
		await expect(opening).rejects.toThrow(UserError);
		await expect(opening).rejects.toThrow(message);
		await expect(opening).rejects.toThrow("model.safetensors.index.json");
	};

	it.each([
		"../secret.safetensors",
		"..",
		"/etc/passwd.bin",
		"sub/x.safetensors",
		"sub\\x.safetensors",
		"C:x.safetensors",
		"https://example.com/x.safetensors",
		"//example.com/x.safetensors",
		"%2e%2e%2fx.safetensors",
		".hidden.safetensors",
		"x.safetensors\u0000",
		"x.safetensors?y.bin",
		"passwd",
		"",
	])("that names %j is refused: it is no file beside it", async (name) => {
		await refused(index({ x: name }), /`weight_map` of tensor `x` .* without a path/);
	});

	it.each<[string, string, RegExp]>([
		["no JSON", "{", /the index/],
		["a list", "[]", /`weight_map` .* an object/],
		["no map", "{}", /`weight_map` .* an object/],
		["an empty map", index({}), /at least one tensor/],
		["a number", index({ x: 1 }), /`weight_map` of tensor `x`/],
		["a tensor twice", `{"weight_map":{"x":"${a}","x":"${a}"}}`, /`x` twice/],
		["nesting without end", "[".repeat(1e6), /nesting deeper than/],
	])("of %s is refused", async (_, content, message) => {
		await refused(content, message);
	});

	it("must find every tensor in its shard, and names what it does not list", async () => {
		await put({ [a]: one });
		await refused(
			index({ x: a, y: a }),
			/`weight_map` of tensor `y` .* the file that holds it, got model-00001/,
		);
		await put({ "model-2.safetensors": one, "model-00009-of-00009.safetensors": one });
		await put({ "model.safetensors.index.json": index({ x: a }) });
		const weights = await openWeights(here);
		await weights.close();
		expect(weights.files).toEqual([join(here, a)]);
		expect(weights.ignored.map(({ reason }) => reason).sort()).toEqual([
			"not named by `model.safetensors.index.json`",
			"the weights are read from `model.safetensors.index.json`",
		]);
		await rm(join(here, a));
		await expect(openWeights(here)).rejects.toThrow(/model-00001-of-00001.safetensors` to exist/);
	});

	it("leaves aside a tensor of a shard that it does not list", async () => {
		const two = safetensorsBytes(
			{
				x: { dtype: "U8", shape: [1], data_offsets: [0, 1] },
				z: { dtype: "U8", shape: [1], data_offsets: [1, 2] },
			},
			[1, 2],
		);
		await put({ [a]: two, "model.safetensors.index.json": index({ x: a }) });
		const weights = await openWeights(here);
		await weights.close();
		expect([...weights.tensors.keys()]).toEqual(["x"]);
		expect(weights.ignored).toEqual([
			{ path: join(here, a), reason: "its tensor `z` is not of this file in the index" },
		]);
	});
});

describe("behind HTTP", () => {
	let server: Server;
	let root: string;
	let address: string;
	beforeAll(async () => {
		root = join(folder, "served");
		for (const [from, to] of [
			[join(hf, "gpt2"), "gpt2"],
			[join(layouts, "llama-sharded"), "sharded"],
			[join(layouts, "gpt2-bin"), "bin"],
		] as const)
			await cp(from, join(root, to), { recursive: true });
		server = createServer(async (request, response) => {
			const { pathname, search } = new URL(request.url!, "http://x");
			const bytes = await readFile(join(root, pathname)).catch(() => undefined);
			if (!bytes || search === "?denied") return void response.writeHead(bytes ? 403 : 404).end();
			const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range!)!;
			const [begin, end] = [Number(from), Math.min(Number(to) + 1, bytes.length)];
			response
				.writeHead(206, { "content-range": `bytes ${begin}-${end - 1}/${bytes.length}` })
				.end(bytes.subarray(begin, end));
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});
	afterAll(() => {
		server.closeAllConnections();
		server.close();
	});

	it.each([
		["gpt2/model.safetensors?download=true", join(hf, "gpt2")],
		["gpt2", join(hf, "gpt2")],
		["gpt2/", join(hf, "gpt2")],
		["sharded", join(layouts, "llama-sharded")],
		["sharded/model.safetensors.index.json?download=true", join(layouts, "llama-sharded")],
		["bin", join(layouts, "gpt2-bin")],
	])("%s has the values that the disk has", async (path, same) => {
		expect(await load(`${address}/${path}`)).toEqual(await load(same));
	});

	it("a folder without weights is refused, naming what was looked for and the answer", async () => {
		const opening = openWeights(`${address}/nothing`);
		await expect(opening).rejects.toThrow(UserError);
		await expect(opening).rejects.toThrow(/nothing` to hold one of model.safetensors, .*status 404/);
		await expect(openWeights(`${address}/gpt2?denied`)).rejects.toThrow(/status 403/);
	});
});
