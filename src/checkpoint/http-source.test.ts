import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../error.ts";
import { openHttp } from "./http-source.ts";

const file = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) >> 3);
const empty = new Uint8Array();
/** Fast, so that a test that exhausts its attempts is. */
const hasty = { attempts: 3, pause: 0.001, timeout: 0.2 };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server as they should be. */
const ranges =
	(bytes: Uint8Array, headers: Record<string, string> = { etag: '"1"' }): Answer =>
	(request, response) => {
		const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
		const [begin, end] = [Number(from), Math.min(Number(to) + 1, bytes.length)];
		if (begin >= bytes.length)
			return void response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
		response
			.writeHead(206, {
				"content-range": `bytes ${begin}-${end - 1}/${bytes.length}`,
				"content-length": String(end - begin),
				...headers,
			})
			.end(bytes.subarray(begin, end));
	};

const status =
	(code: number, headers: Record<string, string> = {}): Answer =>
	(_, response) =>
		void response.writeHead(code, headers).end("no");

/** Promises the whole range, sends half of it, and hangs up. */
const half: Answer = (request, response) => {
	const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "")!;
	const [begin, end] = [Number(from), Math.min(Number(to) + 1, file.length)];
	response.writeHead(206, {
		"content-range": `bytes ${begin}-${end - 1}/${file.length}`,
		"content-length": String(end - begin),
		etag: '"1"',
	});
	response.write(file.subarray(begin, begin + Math.floor((end - begin) / 2)), () => response.destroy());
};

let server: Server;
let address: string;
/** Answers in turn; the last one stays. */
let answers: Answer[];
let asked: string[];
beforeAll(async () => {
	server = createServer((request, response) => {
		asked.push(request.headers.range ?? "whole");
		const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
		answer(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.safetensors`;
});
afterAll(() => {
	server.closeAllConnections();
	server.close();
});
beforeEach(() => {
	asked = [];
	answers = [ranges(file)];
});

const readRange = async (begin: number, end: number): Promise<Uint8Array> => {
	const source = await openHttp(address, hasty);
	const bytes = new Uint8Array(end - begin);
	await source.read(bytes, begin);
	await source.close();
	return bytes;
};

describe("a file behind HTTP", () => {
	it("is read by range, and its size is known from the first", async () => {
		const source = await openHttp(address);
		expect(source.size).toBe(file.length);
		const bytes = new Uint8Array(1000);
		await source.read(bytes, 150_000);
		expect(bytes).toEqual(file.subarray(150_000, 151_000));
		expect(asked).toEqual(["bytes=0-32767", "bytes=150000-150999"]);
	});

	it("gives its first bytes, where headers lie, from the first answer", async () => {
		expect(await readRange(8, 20_000)).toEqual(file.subarray(8, 20_000));
		expect(asked).toHaveLength(1);
	});

	it("can be shorter than the first range, or empty", async () => {
		answers = [ranges(file.subarray(0, 10))];
		expect(await readRange(0, 10)).toEqual(file.subarray(0, 10));
		answers = [ranges(empty)];
		expect((await openHttp(address, hasty)).size).toBe(0);
	});

	it("is refused beyond its end, without asking", async () => {
		await expect(readRange(file.length - 5, file.length + 5)).rejects.toThrow(
			`Expected the size of \`${address}\` to be at least 200005 bytes, got 200000`,
		);
		expect(asked).toHaveLength(1);
	});

	it("is followed when the server sends one elsewhere", async () => {
		answers = [status(302, { location: "/elsewhere" }), ranges(file)];
		expect(await readRange(0, 5)).toEqual(file.subarray(0, 5));
	});
});

describe("what passes is tried again", () => {
	it.each([500, 502, 503, 429])("status %s", async (code) => {
		answers = [status(code), status(code), ranges(file), status(code), ranges(file)];
		expect(await readRange(100_000, 100_100)).toEqual(file.subarray(100_000, 100_100));
		expect(asked).toHaveLength(5);
	});

	it("a dropped connection, from the byte where it broke off", async () => {
		answers = [ranges(file), half, half, ranges(file)];
		expect(await readRange(100_000, 180_000)).toEqual(file.subarray(100_000, 180_000));
		expect(asked.slice(1)).toEqual(["bytes=100000-179999", "bytes=140000-179999", "bytes=160000-179999"]);
	});

	it("a server that does not answer in time", async () => {
		answers = [() => {}, ranges(file)];
		expect(await readRange(0, 5)).toEqual(file.subarray(0, 5));
	});

	it("but not for ever: the error names address and status", async () => {
		answers = [status(503)];
		await expect(readRange(0, 5)).rejects.toThrow(
			`Expected \`${address}\` to be sent, got status 503 Service Unavailable, 3 times.`,
		);
		answers = [ranges(file), half];
		await expect(readRange(100_000, 180_000)).rejects.toThrow(/3 times/);
		answers = [() => {}];
		await expect(readRange(0, 5)).rejects.toThrow(/no byte in 0.2 seconds, 3 times/);
	});
});

describe("what stays is refused at once", () => {
	const lie =
		(contentRange: string): Answer =>
		(_, response) =>
			void response.writeHead(206, { "content-range": contentRange }).end("abc");
	it.each<[string, Answer, RegExp]>([
		[
			"a server that ignores ranges",
			(_, response) => void response.writeHead(200).end(file),
			/served by ranges \(status 206\), got status 200/,
		],
		["a missing file", status(404), /be there \(status 206\), got status 404 Not Found\. Check the address/],
		["a forbidden one", status(401), /status 401/],
		[
			"another range",
			lie("bytes 1-3/200000"),
			/answer with bytes 0-32767 and the size, got Content-Range "bytes 1-3\/200000"/,
		],
		["a part of the range", lie("bytes 0-2/200000"), /Content-Range/],
		["a range of a file of no known size", lie("bytes 0-2/*"), /Content-Range/],
		["a size beyond all disks", lie(`bytes 0-32767/${"9".repeat(400)}`), /Content-Range/],
		["no Content-Range", status(206), /Content-Range ""/],
		[
			"more bytes than a range has",
			(_, response) => void response.writeHead(206, { "content-range": "bytes 0-2/3" }).end("abcd"),
			/got more bytes/,
		],
		[
			"a redirection to a file",
			status(302, { location: "file:///etc/passwd" }),
			/to answer, got "URL scheme/,
		],
		["compressed bytes", ranges(file, { "content-encoding": "gzip" }), /Content-Encoding gzip/],
	])("%s", async (_, answer, message) => {
		answers = [answer];
		const opening = readRange(0, 5);
		await expect(opening).rejects.toThrow(UserError);
		await expect(opening).rejects.toThrow(message);
		await expect(opening).rejects.toThrow(address);
		expect(asked).toHaveLength(1);
	});

	it.each<[string, Answer]>([
		["ETag", ranges(file, { etag: '"2"' })],
		["size", ranges(file.subarray(0, 190_000))],
		["Last-Modified", ranges(file, { "last-modified": "Tue, 02 Jan 2024 00:00:00 GMT" })],
	])("a file whose %s changed since it was opened", async (what, later) => {
		const first = { etag: '"1"', "last-modified": "Mon, 01 Jan 2024 00:00:00 GMT" };
		answers = [ranges(file, first), later];
		await expect(readRange(100_000, 100_005)).rejects.toThrow(
			`stay as it was when it was opened, got another ${what}`,
		);
	});

	it("a host or a server that is not there, and what is no address", async () => {
		const none = createServer();
		await new Promise<void>((resolve) => none.listen(0, "127.0.0.1", resolve));
		const { port } = none.address() as AddressInfo;
		await new Promise((resolve) => none.close(resolve));
		await expect(openHttp(`http://127.0.0.1:${port}/x`)).rejects.toThrow("to answer, got no server there");
		await expect(openHttp("http://a b/x")).rejects.toThrow(UserError);
		await expect(openHttp("http://name:secret@127.0.0.1/x")).rejects.toThrow("without a user name");
	});
});
