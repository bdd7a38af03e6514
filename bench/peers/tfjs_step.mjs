/**
 * The benchmark's tfjs side: one Adam training step of the same model on its WebAssembly backend (it has no AdamW),
 * timed on request. Reads lines `{"size": {...}, "steps": n}` and answers each with the milliseconds of n steps.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs");
const { setWasmPaths } = require("@tensorflow/tfjs-backend-wasm");

/** A function that makes one training step and gives its milliseconds. */
async function build(size) {
	const { layers, heads, width, feedForward, context, batch, vocabulary } = size;
	const head = width / heads;
	const weight = (...shape) => tf.variable(tf.mul(tf.randomNormal(shape), 0.02));
	const zeros = (n) => tf.variable(tf.zeros([n]));
	const ones = (n) => tf.variable(tf.ones([n]));
	const linear = (into, out) => ({ w: weight(into, out), b: zeros(out) });
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

	const apply = (x, { w, b }) => tf.add(tf.matMul(x, w), b);
	const normalise = (x, { g, b }) => {
		const centred = tf.sub(x, tf.mean(x, -1, true));
		const variance = tf.mean(tf.square(centred), -1, true);
		return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), g), b);
	};
	const split = (x) => tf.transpose(tf.reshape(x, [batch, context, heads, head]), [0, 2, 1, 3]);
	const loss = (inputs, targets) => {
		// Rows by a product with one-hot vectors: the backend has no gradient of gather.
		const tokens = tf.matMul(tf.cast(tf.oneHot(inputs, vocabulary), "float32"), token);
		let x = tf.reshape(tf.add(tf.reshape(tokens, [batch, context, width]), position), [-1, width]);
		for (const block of blocks) {
			const n = normalise(x, block.ln1);
			const [q, k, v] = [block.q, block.k, block.v].map((p) => split(apply(n, p)));
			const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(head)), later);
			const mixed = tf.matMul(tf.softmax(scores), v);
			x = tf.add(x, apply(tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, width]), block.o));
			x = tf.add(x, apply(tf.relu(apply(normalise(x, block.ln2), block.w1)), block.w2));
		}
		const logits = apply(normalise(x, last), classifier);
		return tf.losses.softmaxCrossEntropy(tf.cast(tf.oneHot(targets, vocabulary), "float32"), logits);
	};
	const optimizer = tf.train.adam(1e-3);
	const draw = () =>
		Int32Array.from({ length: batch * context }, () => Math.floor(Math.random() * vocabulary));
	return async () => {
		const [inputs, targets] = [tf.tensor1d(draw(), "int32"), tf.tensor1d(draw(), "int32")];
		const begin = performance.now();
		const value = optimizer.minimize(() => loss(inputs, targets), true);
		await value.data();
		const time = performance.now() - begin;
		tf.dispose([inputs, targets, value]);
		return time;
	};
}

const folder = dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"));
setWasmPaths(`${join(folder, "wasm-out")}/`);
await tf.setBackend("wasm");
await tf.ready();
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
answer({ version: tf.version.tfjs });
let current;
for await (const line of createInterface({ input: process.stdin })) {
	const { size, steps } = JSON.parse(line);
	if (current?.work !== size.work) current = { work: size.work, step: await build(size) };
	const ms = [];
	for (let i = 0; i < steps; i++) ms.push(await current.step());
	answer({ ms });
}
