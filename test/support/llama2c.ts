/** The llama2.c model in test/fixtures/stories260K, under this project's names. */
import { readFile } from "node:fs/promises";
import { type ModelConfig, modelConfig } from "../../src/model/config.ts";
import { fixture } from "./fixtures.ts";

/** The file is a header of seven integers and then float32 weights, one kind after the other, all layers of each. */
export async function readLlama2c(): Promise<{ config: ModelConfig; params: Record<string, Float32Array> }> {
	const { buffer } = Uint8Array.from(await readFile(fixture("stories260K/stories260K.bin")));
	const [width, feedForward, layers, heads, keyValueHeads, vocabulary, context] = new Int32Array(
		buffer.slice(0, 28),
	) as unknown as [number, number, number, number, number, number, number];
	const config = modelConfig.parse({
		vocabulary,
		context,
		layers,
		heads,
		keyValueHeads,
		width,
		feedForward,
		norm: "rms",
		biases: false,
		positions: "rope",
		ropeStyle: "adjacent",
		activation: "swiglu",
		tiedHead: true,
	});
	const keyWidth = (width / heads) * keyValueHeads;
	const params: Record<string, Float32Array> = {};
	let at = 28;
	const take = (name: string, length: number) => {
		params[name] = new Float32Array(buffer.slice(at, at + 4 * length));
		at += 4 * length;
	};
	const takeAll = (name: string, length: number) => {
		for (let i = 0; i < layers; i++) take(`blocks.${i}.${name}.weight`, length);
	};
	take("tok_emb.weight", vocabulary * width);
	takeAll("ln1", width);
	takeAll("attn.q", width * width);
	takeAll("attn.k", keyWidth * width);
	takeAll("attn.v", keyWidth * width);
	takeAll("attn.o", width * width);
	takeAll("ln2", width);
	takeAll("ff.w1", feedForward * width);
	takeAll("ff.w2", feedForward * width);
	takeAll("ff.w3", feedForward * width);
	take("ln_f.weight", width);
	return { config, params };
}
