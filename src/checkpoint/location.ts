/** Places on a disk or behind HTTP: both are named by one string, and a folder's files by the folder and a name. */
import { basename, dirname, join } from "node:path";
import { UserError } from "../error.ts";

export const isAddress = (location: string): boolean => /^https?:\/\//i.test(location);

/** Throws UserError for an address with another scheme, such as s3:// or file://. */
export function requirePath(location: string): void {
	const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1];
	if (scheme)
		throw new UserError(
			`Expected \`${location}\` to be a path or an address that begins with http:// or https://, got ${scheme}://. ` +
				"Download it first, or name its path.",
		);
}

/** Of a path or an address: the last part, without an address's query. */
export const nameOf = (location: string): string =>
	isAddress(location) ? location.split(/[?#]/)[0]!.split("/").at(-1)! : basename(location);

/** The file `name` in a folder. An address keeps its query, which may be what lets one in. */
export function within(folder: string, name: string): string {
	if (!isAddress(folder)) return join(folder, name);
	const url = new URL(folder);
	url.pathname = `${url.pathname.replace(/\/+$/, "")}/${encodeURIComponent(name)}`;
	return url.href;
}

/** The file `name` beside a file. */
export function beside(file: string, name: string): string {
	if (!isAddress(file)) return join(dirname(file), name);
	const url = new URL(file);
	url.pathname = url.pathname.slice(0, url.pathname.lastIndexOf("/"));
	return within(url.href, name);
}

/** Whether an error says that there is no such file, on a disk or behind HTTP. */
export const isMissing = (error: unknown): boolean =>
	((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
