/**
 * Checkpoints of a run: everything needed to continue it, bit for bit.
 *
 *     <run>/checkpoints/step-00000400/model.safetensors       the parameters
 *                                     optimizer.safetensors   the optimizer's state
 *                                     state.json              the loop's counters, and a checksum of all three
 *
 * A checkpoint is complete or absent (see atomic.ts), and it is refused when a single bit of it has changed: the
 * files' SHA-256 stand in `state.json` (compare them with `sha256sum`), and `state.json` carries its own.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Spec } from "../engine/types.ts";
import { formatSpec } from "../engine/values.ts";
import { UserError } from "../error.ts";
import { writeDirectory } from "./atomic.ts";
import { asUserError } from "./disk.ts";
import { openSafetensors, type SafetensorsFile, type TensorSource, writeSafetensors } from "./safetensors.ts";

/** Plain JSON: no NaN, no infinity, no undefined. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export type State = Readonly<Record<string, Json>>;

export interface CheckpointContent {
	/** Tensors by name; an engine's tensors are accepted as they are, and read one at a time. */
	readonly model: Readonly<Record<string, TensorSource>>;
	readonly optimizer: Readonly<Record<string, TensorSource>>;
	/** What else the run needs to continue. */
	readonly state: State;
}

/** An open checkpoint; its tensors are read when asked for, until it is closed. */
export interface Checkpoint extends CheckpointContent {
	readonly step: number;
	readonly path: string;
	close(): Promise<void>;
}

const tensorFiles = ["model", "optimizer"] as const;

const nameOf = (step: number): string => `step-${String(step).padStart(8, "0")}`;

interface StateFile {
	readonly step: number;
	readonly state: State;
	readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
	/** SHA-256 of the JSON of the other fields. */
	readonly sha256: string;
}

/**
 * Writes the checkpoint of `step` into a run's directory, replacing one of the same step, and returns its path.
 * Throws UserError if the disk is full or read-only, and TypeError if `state` holds a number that JSON cannot; earlier
 * checkpoints are left as they were.
 */
export async function writeCheckpoint(
	runDirectory: string,
	step: number,
	content: CheckpointContent,
): Promise<string> {
	const path = join(runDirectory, "checkpoints", nameOf(step));
	await writeDirectory(path, async (temporary) => {
		const files: Record<string, { bytes: number; sha256: string }> = {};
		for (const part of tensorFiles) {
			const name = `${part}.safetensors`;
			files[name] = await writeSafetensors(join(temporary, name), content[part], {
				format: "orrery",
				step: String(step),
			});
		}
		const body = { step, state: content.state, files };
		const json = JSON.stringify({ ...body, sha256: digest(body) }, finiteOnly, "\t");
		const file = await open(join(temporary, "state.json"), "w");
		try {
			await file.writeFile(`${json}\n`);
			await file.sync();
		} finally {
			await file.close();
		}
	});
	return path;
}

/** Of `JSON.stringify`, which would write NaN and infinities as null. */
function finiteOnly(key: string, value: unknown): unknown {
	if (typeof value === "number" && !Number.isFinite(value))
		throw new TypeError(`Expected \`${key}\` of the state to be finite, got ${value}`);
	return value;
}

/** The complete checkpoints of a run, by rising step; none if the run has written none. */
export async function listCheckpoints(runDirectory: string): Promise<{ step: number; path: string }[]> {
	const folder = join(runDirectory, "checkpoints");
	const names = await readdir(folder).catch((error) => {
		if (error.code === "ENOENT") return [];
		throw asUserError(error, folder);
	});
	return names
		.filter((name) => /^step-\d{8,}$/.test(name))
		.map((name) => ({ step: Number(name.slice(5)), path: join(folder, name) }))
		.sort((a, b) => a.step - b.step);
}

/**
 * Opens the checkpoint in the directory `path` and checks every byte of it. With `expected`, names, shapes and types
 * of the tensors are compared as well. Throws UserError, naming file and tensor, if anything is missing, damaged or
 * of another shape.
 */
export async function readCheckpoint(
	path: string,
	expected: { readonly [part in (typeof tensorFiles)[number]]?: Readonly<Record<string, Spec>> } = {},
): Promise<Checkpoint> {
	const { step, state, files } = await readState(join(path, "state.json"));
	const opened: SafetensorsFile[] = [];
	const close = async () => {
		for (const file of opened) await file.close();
	};
	const openPart = async (part: (typeof tensorFiles)[number]) => {
		const name = `${part}.safetensors`;
		await checkSum(join(path, name), files[name]?.sha256);
		const file = await openSafetensors(join(path, name));
		opened.push(file);
		const tensors = Object.fromEntries([...file.tensors.keys()].map((key) => [key, file.source(key)]));
		compare(tensors, expected[part] ?? tensors, file.path);
		return tensors;
	};
	try {
		return {
			path,
			step,
			state,
			model: await openPart("model"),
			optimizer: await openPart("optimizer"),
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}

const damaged = "Remove this checkpoint and resume from an earlier one.";

async function readState(path: string): Promise<StateFile> {
	const text = await readFile(path, "utf8").catch((error) => {
		throw asUserError(error, path);
	});
	try {
		const { sha256, ...body } = JSON.parse(text) as StateFile;
		if (sha256 === digest(body)) return { sha256, ...body };
	} catch (error) {
		if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
	}
	throw new UserError(`Expected \`${path}\` to agree with its checksum, got other content. ${damaged}`);
}

const digest = (body: unknown): string => createHash("sha256").update(JSON.stringify(body)).digest("hex");

async function checkSum(path: string, expected: string | undefined): Promise<void> {
	const hash = createHash("sha256");
	try {
		for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk);
	} catch (error) {
		throw asUserError(error, path);
	}
	const found = hash.digest("hex");
	if (found !== expected)
		throw new UserError(`Expected \`${path}\` to have the SHA-256 ${expected}, got ${found}. ${damaged}`);
}

function compare(
	found: Readonly<Record<string, Spec>>,
	expected: Readonly<Record<string, Spec>>,
	path: string,
): void {
	for (const name of new Set([...Object.keys(expected), ...Object.keys(found)])) {
		const [want, got] = [expected[name], found[name]].map((spec) =>
			spec ? formatSpec(spec) : "no such tensor",
		);
		if (want !== got)
			throw new UserError(
				`Expected \`${name}\` of \`${path}\` to be ${want}, got ${got}. ` +
					"Resume with the configuration that the run was started with.",
			);
	}
}
