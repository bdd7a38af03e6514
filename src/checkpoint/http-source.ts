/**
 * A file behind HTTP, read by ranges, so that of a checkpoint of many gigabytes only what is asked for travels.
 *
 * Servers are no disks: they are busy for a while, drop connections, do not know ranges, or serve another file than
 * before. The first two are tried again, from the byte where it broke off; the others are refused by name.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../error.ts";
import type { ByteSource } from "./byte-source.ts";
import { refusal } from "./header.ts";

export interface HttpOptions {
	/** How often a range is asked for before giving up. Default 5. */
	readonly attempts?: number;
	/** Seconds before the second attempt, doubled before each other; a server's `Retry-After` counts. Default 0.5. */
	readonly pause?: number;
	/** Seconds without a byte after which a connection counts as dropped. Default 30. */
	readonly timeout?: number;
}

/** Read at once when a file is opened: most headers lie in it. */
const headLength = 2 ** 15;
/** A range asked for at once: each has its own attempts. */
const largestTransfer = 2 ** 26;
/** The longest that a server can make us wait, in seconds. */
const longestPause = 60;

/** What tells one version of a file from another. */
interface Version {
	readonly size: number;
	readonly etag: string | null;
	readonly modified: string | null;
}

/** Something that may go better the next time. */
class Passing extends Error {
	/** In seconds. */
	readonly retryAfter: number;
	constructor(message: string, retryAfter = 0) {
		super(message);
		this.retryAfter = retryAfter;
	}
}

/**
 * Opens a file by its http(s) address. Throws UserError, naming address and status, if it is not there, if the server
 * cannot send ranges or does not answer; and so does reading, also when the file has changed since.
 */
export async function openHttp(address: string, options: HttpOptions = {}): Promise<ByteSource> {
	const url = URL.canParse(address) ? new URL(address) : undefined;
	if (!url || url.username || url.password)
		throw new UserError(
			`Expected \`${address}\` to be an address without a user name, got another form. Check the address.`,
		);
	const source = new HttpSource(address, options);
	await source.open();
	return source;
}

class HttpSource implements ByteSource {
	readonly path: string;
	readonly #attempts: number;
	readonly #pause: number;
	readonly #timeout: number;
	/** Of the first answer. */
	#version: Version | undefined;
	/** The first bytes, until something else is read. */
	#head: Uint8Array | undefined;

	constructor(path: string, { attempts = 5, pause = 0.5, timeout = 30 }: HttpOptions) {
		this.path = path;
		this.#attempts = attempts;
		this.#pause = pause;
		this.#timeout = timeout;
	}

	get size(): number {
		return this.#version?.size ?? 0;
	}

	async open(): Promise<void> {
		const head = new Uint8Array(headLength);
		this.#head = head.subarray(0, await this.#transfer(head, 0));
	}

	async read(into: Uint8Array, position: number): Promise<void> {
		const end = position + into.length;
		if (end > this.size) refusal(this.path)("the size", `at least ${end} bytes`, this.size);
		if (this.#head && end <= this.#head.length) return into.set(this.#head.subarray(position, end));
		this.#head = undefined;
		for (let at = 0; at < into.length; at += largestTransfer)
			await this.#transfer(into.subarray(at, at + largestTransfer), position + at);
	}

	async close(): Promise<void> {}

	/** Fills `into` as far as the file goes, and tells how far. Tries again from where it broke off. */
	async #transfer(into: Uint8Array, position: number): Promise<number> {
		let at = 0;
		for (let attempt = 1; ; attempt++) {
			try {
				for await (const bytes of this.#range(position + at, position + into.length)) {
					into.set(bytes, at);
					at += bytes.length;
				}
				return at;
			} catch (error) {
				if (!(error instanceof Passing)) throw error;
				if (attempt === this.#attempts)
					throw new UserError(
						`Expected \`${this.path}\` to be sent, got ${error.message}, ${attempt} times. Try again later.`,
						{ cause: error },
					);
				await sleep(1000 * Math.max(this.#pause * 2 ** (attempt - 1), error.retryAfter));
			}
		}
	}

	/** The bytes from `begin` to `end`, or to the file's end, as they come. */
	async *#range(begin: number, end: number): AsyncGenerator<Uint8Array> {
		const controller = new AbortController();
		const late = () => controller.abort(new Passing(`no byte in ${this.#timeout} seconds`));
		let timer = setTimeout(late, this.#timeout * 1000);
		try {
			const response = await fetch(this.path, {
				headers: { range: `bytes=${begin}-${end - 1}`, "accept-encoding": "identity" },
				signal: controller.signal,
			});
			const length = this.#check(response, begin, end);
			let received = 0;
			if (length && response.body)
				for await (const bytes of response.body) {
					clearTimeout(timer);
					timer = setTimeout(late, this.#timeout * 1000);
					received += bytes.length;
					if (received > length) throw this.#refused("answer with the range asked for", "more bytes");
					yield bytes;
				}
			if (received < length) throw new Passing(`${received} of ${length} bytes`);
		} catch (error) {
			throw passing(error, this.path);
		} finally {
			clearTimeout(timer);
			controller.abort();
		}
	}

	/** How many bytes an answer brings. Throws Passing, or UserError if it brings other bytes than those asked for. */
	#check(response: Response, begin: number, end: number): number {
		const { status, headers } = response;
		const said = `status ${status} ${response.statusText}`.trim();
		if (status === 429 || status === 408 || status >= 500) {
			const wait = Number(headers.get("retry-after") ?? 0);
			throw new Passing(said, Math.min(wait > 0 ? wait : 0, longestPause));
		}
		const [, from, to, whole] =
			/^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/i.exec(headers.get("content-range") ?? "") ?? [];
		// An empty file has no first byte to send.
		if (status === 416 && whole === "0" && begin === 0) {
			this.#compare(0, headers);
			return 0;
		}
		if (status === 200)
			throw this.#refused(
				"be served by ranges (status 206)",
				said,
				"Download the file, or use a server that knows ranges (python3 -m http.server does not)",
			);
		if (status !== 206)
			throw this.#refused(
				"be there (status 206)",
				said,
				"Check the address",
				[404, 410, 403].includes(status),
			);
		const size = Number(whole);
		if (!Number.isSafeInteger(size) || Number(from) !== begin || Number(to) !== Math.min(end, size) - 1)
			throw this.#refused(
				`answer with bytes ${begin}-${end - 1} and the size`,
				`Content-Range "${(headers.get("content-range") ?? "").slice(0, 80)}"`,
			);
		if ((headers.get("content-encoding") ?? "identity") !== "identity")
			throw this.#refused(
				"be sent as it is",
				`Content-Encoding ${headers.get("content-encoding")?.slice(0, 80)}`,
			);
		this.#compare(size, headers);
		return Math.min(end, size) - begin;
	}

	/** Throws UserError if this is not the file that was opened. */
	#compare(size: number, headers: Headers): void {
		const version = { size, etag: headers.get("etag"), modified: headers.get("last-modified") };
		this.#version ??= version;
		const first = this.#version;
		for (const [key, name] of [
			["size", "size"],
			["etag", "ETag"],
			["modified", "Last-Modified"],
		] as const)
			if (first[key] !== version[key] && first[key] !== null && version[key] !== null)
				throw this.#refused("stay as it was when it was opened", `another ${name}`, "Run again");
	}

	#refused(
		expected: string,
		got: string,
		advice = "Download the file, or use another server",
		missing = false,
	): UserError {
		return new UserError(
			`Expected \`${this.path}\` to ${expected}, got ${got}. ${advice}.`,
			missing ? { cause: { code: "ENOENT" } } : {},
		);
	}
}

/** Failures that asking again does not mend. */
const lasting: Record<string, string> = {
	ENOTFOUND: "no host of that name",
	ECONNREFUSED: "no server there",
	CERT_HAS_EXPIRED: "an expired certificate",
	DEPTH_ZERO_SELF_SIGNED_CERT: "a certificate that it signed itself",
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: "a certificate that cannot be verified",
};

/** What `fetch` or the connection threw, as Passing or UserError. */
function passing(error: unknown, address: string): unknown {
	if (error instanceof Passing || error instanceof UserError || !(error instanceof Error)) return error;
	const cause = error.cause as (Error & { code?: string }) | undefined;
	// What is wrong with the address or a redirection (a loop, a port that is barred, another scheme) has no code.
	const reason = cause && !cause.code ? `"${cause.message}"` : lasting[cause?.code ?? ""];
	return reason
		? new UserError(`Expected \`${address}\` to answer, got ${reason}. Check the address.`, { cause: error })
		: new Passing(`"${cause?.message || error.message}"`);
}
