/**
 * The entries of a zip archive as PyTorch writes them: stored as they are, one after another, never compressed.
 *
 * yauzl reads the directory at the archive's end; the bytes of an entry are then read from where they lie. An entry
 * must lie before the next one and before the directory, so that no byte belongs to two.
 */
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from "yauzl";
import { UserError } from "../../error.ts";
import type { ByteSource } from "../byte-source.ts";
import { refusal } from "../header.ts";

export interface ZipEntry {
	readonly name: string;
	/** In bytes. */
	readonly size: number;
	/** Fills `into` with the entry's bytes from `begin` on; throws UserError if the archive lies about their place. */
	read(into: Uint8Array, begin: number): Promise<void>;
}

/** The directory is read in pieces of this size: behind HTTP every piece is a request. */
const readAhead = 2 ** 18;

class Reader extends RandomAccessReader {
	readonly #source: ByteSource;
	#block = new Uint8Array();
	#begin = 0;
	/** Of the source, when it failed: yauzl would hand on the message only. */
	failure: unknown;
	/** Whether reads are neighbours, as in the directory. */
	ahead = true;
	/** Rejects when the archive is such that yauzl throws. */
	readonly broken: Promise<never>;
	#break: (error: unknown) => void = () => {};

	constructor(source: ByteSource) {
		super();
		this.#source = source;
		this.broken = new Promise((_, reject) => {
			this.#break = reject;
		});
		this.broken.catch(() => {});
	}

	override read(
		buffer: Buffer,
		offset: number,
		length: number,
		position: number,
		callback: (error: Error | null, bytesRead?: number) => void,
	): void {
		this.#fill(buffer.subarray(offset, offset + length), position)
			.then(
				() => callback(null, length),
				(error) => {
					this.failure = error;
					callback(error);
				},
			)
			// What yauzl itself threw would otherwise be nobody's.
			.catch((error) => this.#break(error));
	}

	async #fill(into: Uint8Array, position: number): Promise<void> {
		const { size } = this.#source;
		if (!(position >= 0 && position + into.length <= size))
			throw new Error(`got a part at byte ${position}, which is not in the file of ${size} bytes`);
		if (!this.ahead) return this.#source.read(into, position);
		const at = position - this.#begin;
		if (at < 0 || at + into.length > this.#block.length) {
			const block = new Uint8Array(Math.min(Math.max(into.length, readAhead), size - position));
			await this.#source.read(block, position);
			[this.#block, this.#begin] = [block, position];
		}
		into.set(this.#block.subarray(position - this.#begin, position - this.#begin + into.length));
	}
}

/**
 * The entries by name. Throws UserError, naming file and entry, if the archive is cut short or damaged, has a name
 * twice; a compressed or encrypted entry is refused when it is read. The source stays open.
 */
export async function openZip(source: ByteSource): Promise<ReadonlyMap<string, ZipEntry>> {
	const fail = refusal(source.path);
	const reader = new Reader(source);
	const list = async () => {
		const zip = await fromRandomAccessReaderPromise(reader, source.size, { autoClose: false });
		const listed: Entry[] = [];
		for await (const entry of zip.eachEntry()) listed.push(entry);
		return { zip, listed };
	};
	let directory: { readonly zip: ZipFile; readonly listed: Entry[] };
	try {
		directory = await Promise.race([list(), reader.broken]);
	} catch (error) {
		if (reader.failure instanceof UserError) throw reader.failure;
		return fail("the zip archive", "whole", (error as Error).message);
	}
	const { zip, listed } = directory;
	reader.ahead = false;
	listed.sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
	const entries = new Map<string, ZipEntry>();
	for (const [i, entry] of listed.entries()) {
		const name = entry.fileName;
		const quoted = `the entry \`${show(name)}\``;
		if (entries.has(name)) fail("the names in the zip archive", "distinct", `\`${show(name)}\` twice`);
		// Of a compressed entry, which TorchScript's programs have and no tensor, the bytes in the file count here.
		const size = entry.compressedSize;
		// The directory comes after the last entry; that it lies in the file is what bounds that one here.
		const next = listed[i + 1]?.relativeOffsetOfLocalHeader ?? source.size;
		const least = entry.relativeOffsetOfLocalHeader + 30 + entry.fileNameLength;
		if (!Number.isSafeInteger(size) || least + size > next)
			fail(quoted, `within the ${next - least} bytes before the next`, `${size} bytes`);
		let start: Promise<number> | undefined;
		const place = async () => {
			const { fileDataStart } = await zip
				.readLocalFileHeaderPromise(entry, { minimal: true })
				.catch((error) => fail(quoted, "where the directory says", (error as Error).message));
			if (fileDataStart + size > next)
				fail(quoted, `at most ${next - size} bytes into the file`, fileDataStart);
			return fileDataStart;
		};
		entries.set(name, {
			name,
			size,
			async read(into, begin) {
				if (begin < 0 || begin + into.length > size)
					throw new RangeError(
						`Expected a range in the ${size} bytes of ${name}, got ${begin} + ${into.length}`,
					);
				if (entry.compressionMethod !== 0 || entry.isEncrypted())
					fail(quoted, "stored as it is", entry.isEncrypted() ? "an encrypted one" : "a compressed one");
				start ??= place();
				await source.read(into, (await start) + begin);
			},
		});
	}
	return entries;
}

const show = (name: string): string => (name.length > 80 ? `${name.slice(0, 80)}…` : name);
