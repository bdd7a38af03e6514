/**
 * A cell of a sweep: one run, whose folder is named by the hash of its resolved configuration.
 *
 * The name follows from what is trained and from nothing else, so the same cell of a longer sweep is the same folder,
 * and a sweep is run again by running the cells whose folders do not hold an ended run.
 */
import { createHash } from "node:crypto";
import { isObject, setKey } from "../run/config.ts";
import type { AxisValue, Sweep } from "./config.ts";
import { type CellConfig, kindOf } from "./kinds.ts";

export interface Cell {
	/** 16 hexadecimal digits: the name of the folder. */
	readonly hash: string;
	/** The value of each axis. */
	readonly coordinates: Readonly<Record<string, AxisValue>>;
	readonly seed: number;
	readonly config: CellConfig;
}

/** Throws a `UserError` that names what is wrong with a cell's configuration. */
export function cellsOf(sweep: Omit<Sweep, "cells">, source: string): Cell[] {
	const { base, axes, seeds, folder } = sweep;
	const kind = kindOf(base, `${source}: base`);
	let combinations: Cell["coordinates"][] = [{}];
	for (const [key, values] of Object.entries(axes))
		combinations = combinations.flatMap((before) => values.map((value) => ({ ...before, [key]: value })));
	return seeds.flatMap((seed) =>
		combinations.map((coordinates) => {
			const options = structuredClone(base) as Record<string, unknown>;
			for (const [key, value] of Object.entries(coordinates)) setKey(options, key, value);
			const config = kind.parse({ ...options, seed }, `${source}: base and axes`, folder);
			const hash = hashOf(kind.identity(config));
			return { hash, coordinates, seed, config: { ...config, name: hash } };
		}),
	);
}

/** `learningRate 0.001, weightDecay 0.01, seed 0`: a cell in the words of a title. */
export function describeCell({ coordinates, seed }: Pick<Cell, "coordinates" | "seed">): string {
	const values = Object.entries(coordinates).map(([key, value]) => `${key.split(".").at(-1)} ${value}`);
	return [...values, `seed ${seed}`].join(", ");
}

const hashOf = (identity: unknown): string =>
	createHash("sha256").update(canonical(identity)).digest("hex").slice(0, 16);

/** JSON with the keys of every object in order: equal values have equal texts. */
function canonical(value: unknown): string {
	return JSON.stringify(value, (_, inner) =>
		isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
	);
}
