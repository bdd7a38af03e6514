import { existsSync } from "node:fs";
import { type Array as JaxArray, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import fc from "fast-check";
import { expect, test } from "vitest";
import { randomProgram } from "../../../test/support/random-program.ts";
import { openEngine } from "../engine.ts";
import type { Spec, Tensor, Tree } from "../types.ts";

// Without a GPU, WebGPU runs on SwiftShader, the software Vulkan driver that Debian's chromium brings.
const driver = "/usr/lib/chromium/vk_swiftshader_icd.json";
const loader = ["/usr/lib/x86_64-linux-gnu/libvulkan.so.1", "/usr/lib/aarch64-linux-gnu/libvulkan.so.1"];
if (!process.env["VK_ICD_FILENAMES"] && existsSync(driver)) process.env["VK_ICD_FILENAMES"] = driver;
const isHere = loader.some(existsSync) && existsSync(process.env["VK_ICD_FILENAMES"] ?? "");

type State = { w: JaxArray; b: JaxArray; m: JaxArray };
const matrix: Spec = { shape: [6, 5], dtype: "float32" };
const specs = {
	state: { w: matrix, b: { shape: [6], dtype: "float32" }, m: matrix } satisfies Record<string, Spec>,
	x: { shape: [4, 5], dtype: "float32" } as Spec,
	labels: { shape: [4], dtype: "int32" } as Spec,
};

/** A step of a softmax classifier with momentum: products, reductions, gather and scatter, donated state. */
function step(state: State, x: JaxArray, labels: JaxArray) {
	const loss = (p: { w: JaxArray; b: JaxArray }) => {
		const logits = np.matmul(x.ref, np.transpose(p.w)).add(p.b);
		const index = np.arange(0, 24, 6).add(labels.ref);
		return np.negative(np.mean(np.take(nn.logSoftmax(logits).reshape([24]), index, 0)));
	};
	const [value, g] = valueAndGrad(loss)({ w: state.w.ref, b: state.b.ref });
	const m = state.m.mul(0.5).add(g.w);
	return [{ w: state.w.sub(m.ref.mul(0.1)), b: state.b.sub(g.b.mul(0.1)), m }, value] as const;
}

async function losses(device: "cpu" | "webgpu"): Promise<{ losses: number[]; w: number[] }> {
	const engine = await openEngine({ device });
	const program = await engine.compile(step, [specs.state, specs.x, specs.labels], { donate: [0] });
	const values = (n: number, k: number) => Array.from({ length: n }, (_, i) => Math.sin(i * 1.3 + k));
	let state = {
		w: engine.tensor(values(30, 0), [6, 5]),
		b: engine.tensor(values(6, 1), [6]),
		m: engine.tensor(values(30, 2), [6, 5]),
	};
	const x = engine.tensor(values(20, 3), [4, 5]);
	const seen: number[] = [];
	for (let i = 0; i < 5; i++) {
		const [next, loss] = await program(state, x, Int32Array.of(0, 5, 2, 3));
		state = next;
		seen.push((await loss.read())[0]);
	}
	return { losses: seen, w: Array.from(await state.w.read()) };
}

test.skipIf(!isHere)("WebGPU trains as the CPU does, with its state in the GPU's buffers", async () => {
	const [gpu, cpu] = [await losses("webgpu"), await losses("cpu")];
	expect(gpu.losses[4]).toBeLessThan(gpu.losses[0]);
	gpu.losses.forEach((x, i) => {
		expect(Math.abs(x - cpu.losses[i])).toBeLessThan(1e-5);
	});
	gpu.w.forEach((x, i) => {
		expect(Math.abs(x - cpu.w[i])).toBeLessThan(1e-5);
	});
});

test.skipIf(!isHere)(
	"random programs and their gradients agree with the CPU",
	async () => {
		const [gpu, cpu] = [await openEngine({ device: "webgpu" }), await openEngine({ device: "cpu" })];
		const shape = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 });
		const recipe = fc.array(fc.nat(10_000), { minLength: 4, maxLength: 30 });
		await fc.assert(
			fc.asyncProperty(recipe, shape, shape, async (numbers, a, b) => {
				const program = valueAndGrad(randomProgram(numbers, false), { argnums: [0, 1] }) as unknown as (
					...args: JaxArray[]
				) => Tree<JaxArray>;
				const specs: Spec[] = [a, b].map((s) => ({ shape: s, dtype: "float32" }));
				const results: number[][] = [];
				for (const engine of [gpu, cpu]) {
					const compiled = await engine.compile(program, specs);
					const inputs = specs.map(({ shape: s }, k) =>
						engine.tensor(
							Array.from({ length: s.reduce((x, y) => x * y, 1) }, (_, i) => Math.sin(1.7 * i + k)),
							s,
						),
					);
					const [y, [gx, gy]] = (await compiled(...inputs)) as [Tensor, [Tensor, Tensor]];
					results.push((await Promise.all([y, gx, gy].map(async (t) => Array.from(await t.read())))).flat());
					compiled.dispose();
				}
				// A GPU's sine and cosine are good to about 1e-4.
				results[0].forEach((v, i) => {
					expect(Math.abs(v - results[1][i])).toBeLessThan(2e-3 * Math.max(1, Math.abs(results[1][i])));
				});
			}),
			// Elsewhere each run draws anew; where a red run blocks others, the same ones.
			{ numRuns: 40, ...(process.env["CI"] && { seed: 1 }) },
		);
	},
	120_000,
);

test("an absent CUDA device is a clear error that says what to install", async () => {
	if (existsSync("/dev/nvidia0")) return;
	await expect(openEngine({ device: "cuda" })).rejects.toThrow(/Install CUDA/);
});
