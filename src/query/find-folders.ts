/** Which folders hold something to show: what is in them says what they are. Links are not followed. */
import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import type { Entry } from "./entry.ts";

export interface Found {
	/** As in `Entry`. */
	readonly path: string;
	readonly folder: string;
	/** `run` is a training or a flow: its configuration tells. */
	readonly kind: Exclude<Entry["kind"], "training" | "flow"> | "run";
	readonly parent?: string;
	/** Names of the plain files in it. */
	readonly files: ReadonlySet<string>;
}

/** Runs lie in the folder itself, in a study's folder within it, or in a folder of that; a sweep's cells deeper still. */
const depth = 4;

/** Parents come before their children. */
export async function findFolders(root: string): Promise<Found[]> {
	const found: Found[] = [];
	let looked = 0;
	const visit = async (path: string, levels: number, parent: string | undefined): Promise<void> => {
		if (++looked % 100 === 0) await turn();
		const folder = join(root, path);
		const children = read(folder);
		const files = new Set(children.filter((child) => child.isFile()).map(({ name }) => name));
		const kind = kindOf(files);
		if (kind) found.push({ path, folder, kind, ...(parent !== undefined && { parent }), files });
		if (kind === "run" || kind === "series") return;
		const of = kind === "study" || kind === "sweep" ? path : parent;
		for (const child of children) {
			if (!child.isDirectory() || child.name.startsWith(".")) continue;
			const inner = path === "" ? child.name : `${path}/${child.name}`;
			if (kind === "sweep" && child.name === "cells") {
				for (const cell of read(join(root, inner)))
					if (cell.isDirectory() && !cell.name.startsWith(".")) await visit(`${inner}/${cell.name}`, 1, of);
			} else if (levels > 1) await visit(inner, levels - 1, of);
		}
	};
	await visit("", depth, undefined);
	return found;
}

/** At once and not in turns: asking in the background costs ten times what is asked. A folder that is gone is empty. */
function read(folder: string): Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch {
		return [];
	}
}

function kindOf(files: ReadonlySet<string>): Found["kind"] | undefined {
	if (files.has("status.json") || (files.has("config.json") && files.has("metrics.jsonl"))) return "run";
	if (files.has("study.json")) return "study";
	if (files.has("sweep.json")) return "sweep";
	if (files.has("inspect.json")) return "series";
	return files.has("report.html") ? "report" : undefined;
}
