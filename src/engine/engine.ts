/** Opens the engine for a device. */
import { availableParallelism } from "node:os";
import { openJaxEngine } from "./jax.ts";
import { openOnnxEngine } from "./onnx/session.ts";
import type { Engine, EngineOptions } from "./types.ts";

/**
 * `cpu`, `webgpu` and `cuda` run natively through ONNX Runtime; `wasm` is jax-js itself.
 * Throws a `UserError` that says what to install where the device is absent.
 */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
	const { device = "cpu", threads = availableParallelism() } = options;
	return device === "wasm" ? openJaxEngine() : openOnnxEngine(device, threads);
}
