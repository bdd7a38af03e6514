/**
 * A program of its own that writes checkpoints of two float32 tensors as slowly as it is told: in pieces, in shards, or
 * to a temporary name. Its values are functions of the step alone, so that a reader's sums can be checked.
 */
import { spawn } from "node:child_process";

export interface Slow {
	/** Folder of the checkpoint, made if absent. */
	readonly folder: string;
	readonly step: number;
	/** Milliseconds that each file takes. */
	readonly milliseconds: number;
	/** One file, `model.safetensors`; two with an index that is written first; or one that is renamed at the end. */
	readonly layout?: "file" | "shards" | "renamed";
	/** So much of the last file is written. Default 1. */
	readonly share?: number;
}

export const width = 64;

/** The value of every element of `layer.0.weight` and of `layer.1.weight` at a step. */
export const valuesAt = (step: number): readonly [number, number] => [1 + step / 1024, 2 - step / 2048];

const program = `
const fs = require("node:fs");
const { setTimeout: sleep } = require("node:timers/promises");
const { folder, values, width, milliseconds, layout = "file", share = 1 } = JSON.parse(process.argv[1]);
const content = (tensors) => {
	const size = 4 * width * width;
	const header = JSON.stringify(Object.fromEntries(tensors.map(([name], i) =>
		[name, { dtype: "F32", shape: [width, width], data_offsets: [i * size, (i + 1) * size] }])));
	const padded = Buffer.from(header.padEnd(Math.ceil(header.length / 8) * 8));
	const length = Buffer.alloc(8);
	length.writeBigUInt64LE(BigInt(padded.length));
	return Buffer.concat([length, padded, ...tensors.map(([, value]) => Buffer.from(new Float32Array(width * width).fill(value).buffer))]);
};
const write = async (path, bytes, share) => {
	const file = fs.openSync(path, "w");
	const pieces = 10;
	const end = Math.floor(bytes.length * share);
	for (let i = 0; i < pieces; i++) {
		fs.writeSync(file, bytes.subarray(Math.floor(end * i / pieces), Math.floor(end * (i + 1) / pieces)));
		await sleep(milliseconds / pieces);
	}
	fs.closeSync(file);
};
(async () => {
	fs.mkdirSync(folder, { recursive: true });
	const tensors = values.map((value, i) => ["layer." + i + ".weight", value]);
	if (layout === "shards") {
		const file = (i) => "model-0000" + (i + 1) + "-of-00002.safetensors";
		const weight_map = Object.fromEntries(tensors.map(([name], i) => [name, file(i)]));
		fs.writeFileSync(folder + "/model.safetensors.index.json", JSON.stringify({ metadata: {}, weight_map }));
		for (const [i, tensor] of tensors.entries()) await write(folder + "/" + file(i), content([tensor]), i ? share : 1);
	} else {
		const path = folder + "/model.safetensors";
		await write(layout === "renamed" ? path + ".tmp" : path, content(tensors), share);
		if (layout === "renamed") fs.renameSync(path + ".tmp", path);
	}
})();
`;

/** Starts the writer; resolves when it has ended. */
export function writeSlowly({ step, ...slow }: Slow): Promise<void> {
	const options = JSON.stringify({ ...slow, width, values: valuesAt(step) });
	const child = spawn(process.execPath, ["-e", program, options], { stdio: "inherit" });
	return new Promise((done, fail) => {
		child.on("error", fail);
		child.on("close", (code) => (code === 0 ? done() : fail(new Error(`The writer ended with ${code}.`))));
	});
}
