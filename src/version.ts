/** The versions of this package and of those that compute for it, for `config.json` and `--version`. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const read = (path: string | URL): string =>
	(JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;

export const version = read(new URL("../package.json", import.meta.url));

/** The version of an installed dependency; found by folder, since a package may export no package.json. */
export function versionOf(dependency: string): string {
	const folders = createRequire(import.meta.url).resolve.paths(dependency) ?? [];
	const path = folders.map((folder) => join(folder, dependency, "package.json")).find(existsSync);
	if (!path)
		throw new Error(`Expected ${dependency} to be installed, found it in none of ${folders.join(", ")}`);
	return read(path);
}
