/** Reading the oracles in test/fixtures. */
import { readFile } from "node:fs/promises";
import { type ModelConfig, modelConfig } from "../../src/model/config.ts";

export const fixture = (path: string): URL => new URL(`../fixtures/${path}`, import.meta.url);

export const readJson = async (path: string) => JSON.parse(await readFile(fixture(path), "utf8"));

/** All tensors of a safetensors file of float32 tensors, by name. */
export async function readTensors(path: string): Promise<Record<string, Float32Array>> {
	const { buffer } = Uint8Array.from(await readFile(fixture(path)));
	const start = 8 + Number(new DataView(buffer).getBigUint64(0, true));
	const header: Record<string, { data_offsets: [number, number] }> = JSON.parse(
		new TextDecoder().decode(buffer.slice(8, start)),
	);
	delete header["__metadata__"];
	return Object.fromEntries(
		Object.entries(header).map(
			([
				name,
				{
					data_offsets: [begin, end],
				},
			]) => [name, new Float32Array(buffer.slice(start + begin, start + end))],
		),
	);
}

/** The model that a fixture's config.json describes. */
export async function readModel(path: string): Promise<ModelConfig> {
	const c = await readJson(path);
	return modelConfig.parse({
		vocabulary: c.vocab_size,
		context: c.context,
		layers: c.n_layers,
		heads: c.n_heads,
		width: c.d_model,
		feedForward: c.d_ff,
		placement: c.placement,
		finalNorm: c.final_norm,
		biases: c.bias,
		normEpsilon: c.ln_eps,
		activation: c.activation,
	});
}
