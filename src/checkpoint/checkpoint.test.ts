import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { damage } from "../../test/support/damage.ts";
import { UserError } from "../error.ts";
import { listCheckpoints, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { hostTensor, type TensorSource } from "./safetensors.ts";

const content = (n: number, value = 1) => ({
	model: { "head.weight": hostTensor(new Float32Array(n).fill(value), [n]) },
	optimizer: {
		"head.weight.m": hostTensor(new Float32Array(n).fill(value / 2), [n]),
		"head.weight.v": hostTensor(new Float32Array(n).fill(value / 3), [n]),
	},
	state: { tokens: 4096 * value, elapsed: 0.1, best: null },
});

/** Everything in a checkpoint, as plain values. */
async function load(path: string): Promise<unknown> {
	const { step, state, model, optimizer, close } = await readCheckpoint(path);
	const values = async (tensors: Readonly<Record<string, TensorSource>>) => {
		const read: Record<string, unknown> = {};
		for (const [name, tensor] of Object.entries(tensors)) read[name] = [tensor.shape, await tensor.read()];
		return read;
	};
	try {
		return { step, state, model: await values(model), optimizer: await values(optimizer) };
	} finally {
		await close();
	}
}

let run: string;
beforeEach(async () => {
	run = await mkdtemp(join(tmpdir(), "orrery-checkpoint-"));
});
afterEach(() => rm(run, { recursive: true }));

describe("a checkpoint", () => {
	it("with a number that JSON cannot hold is refused, and nothing is left of it", async () => {
		await expect(writeCheckpoint(run, 1, { ...content(1), state: { best: Number.NaN } })).rejects.toThrow(
			"`best` of the state to be finite, got NaN",
		);
		expect(await readdir(join(run, "checkpoints"))).toEqual([]);
	});

	it("is read back as it was written", async () => {
		const path = await writeCheckpoint(run, 400, content(5));
		expect(path).toBe(join(run, "checkpoints", "step-00000400"));
		expect((await readdir(path)).sort()).toEqual([
			"model.safetensors",
			"optimizer.safetensors",
			"state.json",
		]);
		expect(await load(path)).toEqual({
			step: 400,
			state: { tokens: 4096, elapsed: 0.1, best: null },
			model: { "head.weight": [[5], new Float32Array(5).fill(1)] },
			optimizer: {
				"head.weight.m": [[5], new Float32Array(5).fill(1 / 2)],
				"head.weight.v": [[5], new Float32Array(5).fill(1 / 3)],
			},
		});
	});

	it("is listed by rising step, and a run without any has none", async () => {
		expect(await listCheckpoints(run)).toEqual([]);
		for (const step of [10, 123456789, 0, 9]) await writeCheckpoint(run, step, content(1));
		expect((await listCheckpoints(run)).map(({ step }) => step)).toEqual([0, 9, 10, 123456789]);
	});

	it("replaces an earlier one of the same step", async () => {
		await writeCheckpoint(run, 3, content(5, 1));
		const path = await writeCheckpoint(run, 3, content(5, 2));
		expect(await load(path)).toMatchObject({ state: { tokens: 8192 } });
		expect(await readdir(join(run, "checkpoints"))).toEqual(["step-00000003"]);
	});

	it("says which tensor does not fit the model", async () => {
		const path = await writeCheckpoint(run, 1, content(5));
		const spec = (n: number) => ({ shape: [n], dtype: "float32" as const });
		const read = (model: Record<string, ReturnType<typeof spec>>) => readCheckpoint(path, { model });
		await expect(read({ "head.weight": spec(6) })).rejects.toThrow(
			/`head.weight` of `.*model.safetensors` to be float32\[6\], got float32\[5\]/,
		);
		await expect(read({ "head.weight": spec(5), "head.bias": spec(1) })).rejects.toThrow(
			/`head.bias` .* float32\[1\], got no such tensor/,
		);
		await expect(read({})).rejects.toThrow(/`head.weight` .* no such tensor, got float32\[5\]/);
		await (await read({ "head.weight": spec(5) })).close();
	});

	it("with any bytes changed is refused by the name of its file, or equal to what was written", async () => {
		const path = await writeCheckpoint(run, 7, content(6));
		const original = await load(path);
		const copy = join(run, "copy");
		await cp(path, copy, { recursive: true });
		const name = fc.constantFrom("model.safetensors", "optimizer.safetensors", "state.json");
		let refused = 0;
		await fc.assert(
			fc.asyncProperty(name, damage, async (file, change) => {
				const bytes = await readFile(join(path, file));
				await writeFile(join(copy, file), change(bytes));
				try {
					expect(await load(copy)).toEqual(original);
				} catch (error) {
					expect(error).toBeInstanceOf(UserError);
					expect((error as UserError).message).toContain(join(copy, file));
					refused++;
				} finally {
					await writeFile(join(copy, file), bytes);
				}
			}),
			{ numRuns: 300 },
		);
		expect(refused).toBeGreaterThan(200);
	});

	it("without one of its files is refused by that file's name", async () => {
		for (const file of ["model.safetensors", "optimizer.safetensors", "state.json"]) {
			const path = await writeCheckpoint(run, 7, content(6));
			await rm(join(path, file));
			await expect(readCheckpoint(path)).rejects.toThrow(new RegExp(`${file}\` to exist`));
		}
	});
});

describe("a run that is killed while it writes a checkpoint", () => {
	it("leaves no half of one: it is not listed, and the next checkpoint clears it away", async () => {
		await writeCheckpoint(run, 1, content(5));
		const half = join(run, "checkpoints", "step-00000002.partial");
		await mkdir(half);
		await writeFile(join(half, "model.safetensors"), "half");
		expect((await listCheckpoints(run)).map(({ step }) => step)).toEqual([1]);
		await writeCheckpoint(run, 2, content(5));
		expect((await readdir(join(run, "checkpoints"))).sort()).toEqual(["step-00000001", "step-00000002"]);
	});

	it("leaves none when a tensor cannot be read either", async () => {
		const lost = {
			shape: [1],
			dtype: "float32" as const,
			read: () => Promise.reject(new Error("device lost")),
		};
		await expect(writeCheckpoint(run, 2, { ...content(5), optimizer: { lost } })).rejects.toThrow(
			"device lost",
		);
		expect(await readdir(join(run, "checkpoints"))).toEqual([]);
	});
});

const mount = (...args: string[]): boolean => spawnSync("mount", args).status === 0;
const small = await mkdtemp(join(tmpdir(), "orrery-small-disk-"));
const mounted = process.platform === "linux" && mount("-t", "tmpfs", "-o", "size=256k", "tmpfs", small);

afterAll(async () => {
	if (mounted) spawnSync("umount", [small]);
	await rm(small, { recursive: true });
});

describe.skipIf(!mounted)("on a disk of 256 KiB (skipped where mounting a tmpfs is not allowed)", () => {
	let path: string;
	beforeAll(async () => {
		path = await writeCheckpoint(small, 1, content(5000));
	});

	it("a checkpoint that does not fit is a UserError and loses none", async () => {
		const before = await load(path);
		for (const step of [1, 2])
			await expect(writeCheckpoint(small, step, content(50_000))).rejects.toThrow(
				/step-0000000\d.* to be written in full, got no space left on the device/,
			);
		expect(await load(path)).toEqual(before);
		expect(await readdir(join(small, "checkpoints"))).toEqual(["step-00000001"]);
	});

	it("and one that fits can be written afterwards", async () => {
		await writeCheckpoint(small, 3, content(5000));
		expect((await listCheckpoints(small)).map(({ step }) => step)).toEqual([1, 3]);
	});

	it("a read-only disk is a UserError and loses none", async () => {
		mount("-o", "remount,ro", small);
		await expect(writeCheckpoint(small, 4, content(5))).rejects.toThrow(
			/to be writable, got a read-only file system/,
		);
		expect(await load(path)).toMatchObject({ step: 1 });
		expect((await listCheckpoints(small)).map(({ step }) => step)).toEqual([1, 3]);
	});
});
