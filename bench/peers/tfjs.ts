/** The step benchmark's tfjs side: the same model on its WebAssembly backend, with its Adam (it has no AdamW). */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import type { Size } from "../sizes.ts";

const folder = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json"));

/** A function that makes one training step and gives its milliseconds. */
export async function tfjsStep(size: Size): Promise<() => Promise<number>> {
	setWasmPaths(`${join(folder, "wasm-out")}/`);
	await tf.setBackend("wasm");
	await tf.ready();
	const { layers, heads, width, feedForward, context, batch, vocabulary } = size;
	const head = width / heads;
	const weight = (...shape: number[]) => tf.variable(tf.mul(tf.randomNormal(shape), 0.02));
	const zeros = (n: number) => tf.variable(tf.zeros([n]));
	const ones = (n: number) => tf.variable(tf.ones([n]));
	const linear = (into: number, out: number) => ({ w: weight(into, out), b: zeros(out) });
	const norm = () => ({ g: ones(width), b: zeros(width) });
	const token = weight(vocabulary, width);
	const position = weight(context, width);
	const blocks = Array.from({ length: layers }, () => ({
		ln1: norm(),
		q: linear(width, width),
		k: linear(width, width),
		v: linear(width, width),
		o: linear(width, width),
		ln2: norm(),
		w1: linear(width, feedForward),
		w2: linear(feedForward, width),
	}));
	const last = norm();
	const classifier = linear(width, vocabulary);
	const later = tf.tidy(() =>
		tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([context, context]), -1, 0)), -1e9),
	);

	type Linear = ReturnType<typeof linear>;
	const apply = (x: tf.Tensor, { w, b }: Linear) => tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), b);
	const normalise = (x: tf.Tensor, { g, b }: ReturnType<typeof norm>) => {
		const centred = tf.sub(x, tf.mean(x, -1, true));
		const variance = tf.mean(tf.square(centred), -1, true);
		return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), g), b);
	};
	const split = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [batch, context, heads, head]), [0, 2, 1, 3]);
	const loss = (inputs: tf.Tensor1D, targets: tf.Tensor1D): tf.Scalar => {
		// Rows by a product with one-hot vectors: the backend has no gradient of gather.
		const tokens = tf.matMul(
			tf.cast(tf.oneHot(inputs, vocabulary), "float32") as tf.Tensor2D,
			token as tf.Tensor2D,
		);
		let x: tf.Tensor = tf.reshape(tf.add(tf.reshape(tokens, [batch, context, width]), position), [-1, width]);
		for (const block of blocks) {
			const n = normalise(x, block.ln1);
			const [q, k, v] = [block.q, block.k, block.v].map((p) => split(apply(n, p)));
			const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(head)), later);
			const mixed = tf.matMul(tf.softmax(scores), v);
			x = tf.add(x, apply(tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, width]), block.o));
			x = tf.add(x, apply(tf.relu(apply(normalise(x, block.ln2), block.w1)), block.w2));
		}
		const logits = apply(normalise(x, last), classifier);
		return tf.losses.softmaxCrossEntropy(
			tf.cast(tf.oneHot(targets, vocabulary), "float32"),
			logits,
		) as tf.Scalar;
	};
	const optimizer = tf.train.adam(1e-3);
	const draw = () =>
		Int32Array.from({ length: batch * context }, () => Math.floor(Math.random() * vocabulary));
	return async () => {
		const [inputs, targets] = [tf.tensor1d(draw(), "int32"), tf.tensor1d(draw(), "int32")];
		const begin = performance.now();
		const value = optimizer.minimize(() => loss(inputs, targets), true) as tf.Scalar;
		await value.data();
		const time = performance.now() - begin;
		tf.dispose([inputs, targets, value]);
		return time;
	};
}
