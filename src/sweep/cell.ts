/**
 * A cell of a sweep: one run, whose folder is named by the hash of its resolved configuration.
 *
 * The name follows from what is trained and from nothing else, so the same cell of a longer sweep is the same folder,
 * and a sweep is run again by running the cells whose folders do not hold an ended run.
 */
import { createHash } from "node:crypto";
import { UserError } from "../error.ts";
import { isObject, setKey } from "../run/config.ts";
import type { AxisValue, Sweep } from "./config.ts";
import { type CellConfig, kindOf } from "./kinds.ts";

export interface Cell {
	/** 16 hexadecimal digits: the name of the folder. */
	readonly hash: string;
	/** The value of each axis; of a sweep with variants also `variant`, the name of one. */
	readonly coordinates: Readonly<Record<string, AxisValue>>;
	readonly seed: number;
	readonly config: CellConfig;
}

/** Throws a `UserError` that names what is wrong with a cell's configuration, or two variants that are the same. */
export function cellsOf(sweep: Omit<Sweep, "cells">, source: string): Cell[] {
	const { base, axes, variants, seeds, folder } = sweep;
	const kind = kindOf(base, `${source}: base`);
	let combinations: Cell["coordinates"][] = variants
		? Object.keys(variants).map((variant) => ({ variant }))
		: [{}];
	for (const [key, values] of Object.entries(axes))
		combinations = combinations.flatMap((before) => values.map((value) => ({ ...before, [key]: value })));
	const cells = seeds.flatMap((seed) =>
		combinations.map((coordinates) => {
			const options = structuredClone(base) as Record<string, unknown>;
			const variant = variants ? String(coordinates["variant"]) : undefined;
			// An axis may vary a value inside of what a variant sets.
			for (const [key, value] of Object.entries(variant === undefined ? {} : variants![variant]!))
				setKey(options, key, structuredClone(value));
			for (const key of Object.keys(axes)) setKey(options, key, coordinates[key]);
			const where =
				variant === undefined ? "base and axes" : `base, axes and variant ${JSON.stringify(variant)}`;
			const config = kind.parse({ ...options, seed }, `${source}: ${where}`, folder);
			const hash = hashOf(kind.identity(config));
			return { hash, coordinates, seed, config: { ...config, name: hash } };
		}),
	);
	if (variants) requireDifferent(cells, source);
	return cells;
}

/** Two names of one configuration would be one run that is counted twice. */
function requireDifferent(cells: readonly Cell[], source: string): void {
	const first = new Map<string, Cell>();
	for (const cell of cells) {
		const other = first.get(cell.hash);
		if (other)
			throw new UserError(
				`Expected the variants to differ, got ${[other, cell].map(({ coordinates }) => JSON.stringify(coordinates["variant"])).join(" and ")}, ` +
					`which are the same configuration. Remove one of them. (${source})`,
			);
		first.set(cell.hash, cell);
	}
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
