/**
 * A file of any size that is read by range, on a disk or behind HTTP: what every reader of a format is built on.
 */
import { type FileHandle, open, stat } from "node:fs/promises";
import { UserError } from "../error.ts";
import { asUserError } from "./disk.ts";
import { refusal } from "./header.ts";
import { openHttp } from "./http-source.ts";
import { isAddress, requirePath } from "./location.ts";

export interface ByteSource {
	/** A path or an address, as it was asked for: errors name it. */
	readonly path: string;
	/** In bytes, when it was opened. */
	readonly size: number;
	/** Fills `into` with the bytes from `position` on. Throws UserError if the file ends before, or is out of reach. */
	read(into: Uint8Array, position: number): Promise<void>;
	close(): Promise<void>;
}

/** Opens a path or an http(s) address. Throws UserError if it is missing, is no file, or has another scheme. */
export async function openSource(location: string): Promise<ByteSource> {
	if (isAddress(location)) return openHttp(location);
	requirePath(location);
	try {
		// Asked before opening: to open a named pipe would wait for its writer.
		const { size } = await regularFile(location);
		return new FileSource(location, size, await open(location, "r"));
	} catch (error) {
		throw asUserError(error, location);
	}
}

async function regularFile(path: string): Promise<{ size: number }> {
	const found = await stat(path);
	if (!found.isFile())
		throw new UserError(
			`Expected \`${path}\` to be a file, got ${found.isDirectory() ? "a folder" : "a device or pipe"}. Check the path.`,
		);
	return found;
}

/** A call to the system moves less than 2 GiB. */
const largestTransfer = 2 ** 30;

class FileSource implements ByteSource {
	readonly path: string;
	readonly size: number;
	readonly #file: FileHandle;

	constructor(path: string, size: number, file: FileHandle) {
		this.path = path;
		this.size = size;
		this.#file = file;
	}

	async read(into: Uint8Array, position: number): Promise<void> {
		try {
			for (let at = 0; at < into.length; ) {
				const length = Math.min(into.length - at, largestTransfer);
				const { bytesRead } = await this.#file.read(into, at, length, position + at);
				if (bytesRead === 0)
					refusal(this.path)("the size", `at least ${position + into.length} bytes`, position + at);
				at += bytesRead;
			}
		} catch (error) {
			throw asUserError(error, this.path);
		}
	}

	close(): Promise<void> {
		return this.#file.close();
	}
}
