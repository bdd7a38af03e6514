import { mkdirSync, mkdtempSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "../../test/support/ask.ts";
import { writeSyntheticRun } from "../../test/support/synthetic-run.ts";
import { type Serving, serve } from "./serve.ts";

const parent = mkdtempSync(join(tmpdir(), "orrery-serve-"));
const dir = join(parent, "runs");
const page = join(parent, "page");
let serving: Serving;

beforeAll(async () => {
	writeSyntheticRun(join(dir, "study", "pre <b>"), { steps: 100 });
	writeFileSync(join(dir, "study", "report.html"), "<!doctype html><title>report</title>");
	writeFileSync(join(dir, ".hidden"), "secret");
	writeFileSync(join(dir, "empty.txt"), "");
	writeFileSync(join(parent, "outside.txt"), "secret");
	writeFileSync(join(dir, "100%41.txt"), "percent");
	symlinkSync(join(parent, "outside.txt"), join(dir, "link.txt"));
	symlinkSync(parent, join(dir, "up"));
	mkdirSync(`${dir}-other`);
	writeFileSync(join(`${dir}-other`, "file.txt"), "secret");
	mkdirSync(join(page, "play"), { recursive: true });
	mkdirSync(join(page, "assets"));
	writeFileSync(join(page, "index.html"), "<!doctype html><title>Dashboard</title>");
	writeFileSync(join(page, "play", "index.html"), "<!doctype html><title>Playground</title>");
	writeFileSync(join(page, "assets", "index-1a2b.js"), "export {};");
	serving = await serve({ dir, port: 0, page });
});
afterAll(() => serving.close());

const fetched = (path: string, headers?: Record<string, string>, method?: string) =>
	ask(serving.port, path, headers, method);

test("the dashboard is at /, the playground at /play/, and their policy lets them ask nobody else", async () => {
	for (const [path, title] of [
		["/", "Dashboard"],
		["/?page=run&run=study", "Dashboard"],
		["/play/", "Playground"],
	]) {
		const { status, body, headers } = await fetched(path!);
		expect({ status, body }).toEqual({ status: 200, body: `<!doctype html><title>${title}</title>` });
		expect(headers["content-security-policy"]).toContain("default-src 'self'");
		expect(headers["content-security-policy"]).not.toMatch(/https?:|\*/);
		expect(headers).toMatchObject({ "cache-control": "no-cache", "x-frame-options": "DENY" });
	}
	expect(await fetched("/play")).toMatchObject({ status: 302, headers: { location: "/play/" } });
	const script = await fetched("/assets/index-1a2b.js");
	expect(script.headers["content-type"]).toContain("javascript");
	expect(script.headers["cache-control"]).toContain("immutable");
});

test("where the page was not built, it says how to build it, and the rest is served", async () => {
	const bare = await serve({ dir, port: 0, page: join(parent, "nowhere") });
	const { status, body } = await ask(bare.port, "/");
	expect(status).toBe(503);
	expect(body).toContain("npm run build");
	expect((await ask(bare.port, "/api/entries")).status).toBe(200);
	expect((await ask(bare.port, "/files/study/report.html")).status).toBe(200);
	await bare.close();
});

test("files are served with their type and length, and no page may frame them", async () => {
	const report = await fetched("/files/study/report.html");
	expect(report).toMatchObject({ status: 200, body: "<!doctype html><title>report</title>" });
	expect(report.headers).toMatchObject({
		"content-type": expect.stringContaining("text/html"),
		"content-length": String(report.body.length),
		"x-frame-options": "DENY",
		"x-content-type-options": "nosniff",
	});
	const metrics = await fetched("/files/study/pre%20%3Cb%3E/metrics.jsonl");
	expect(metrics.headers["content-type"]).toContain("text/plain");
	expect(metrics.body.startsWith('{"step":0')).toBe(true);
	expect(await fetched("/files/100%2541.txt")).toMatchObject({ status: 200, body: "percent" });
	expect(await fetched("/files/empty.txt")).toMatchObject({ status: 200, body: "" });
});

test("a page of the folder may come from anywhere: it can ask this server for nothing", async () => {
	const policy = (await fetched("/files/study/report.html")).headers["content-security-policy"];
	expect(policy).toContain("sandbox");
	expect(policy).toContain("default-src 'none'");
	expect(policy).not.toMatch(/allow-same-origin|connect-src/);
});

test("addresses of before there was a page lead to the files", async () => {
	for (const path of ["/study/report.html", "/study/pre%20%3Cb%3E/config.json"])
		expect(await fetched(path)).toMatchObject({ status: 302, headers: { location: `/files${path}` } });
});

const traversals = [
	"/../outside.txt",
	"/..%2foutside.txt",
	"/%2e%2e/outside.txt",
	"/study/../../outside.txt",
	"/study/%2e%2e%2f%2e%2e%2foutside.txt",
	"/..%5coutside.txt",
	"/link.txt",
	"/up/outside.txt",
	"/up/runs/study/report.html/../../../outside.txt",
	"/../runs-other/file.txt",
	"/.hidden",
	"//etc/passwd",
	"/study/report.html%00.txt",
	"/%ff",
	"/study",
	"/nowhere.html",
];

test("nothing outside the folders can be had: not by dots, encodings, links or a like-named neighbour", async () => {
	for (const prefix of ["", "/files", "/play", "/assets"])
		for (const path of traversals) {
			const { status, body, headers } = await fetched(`${prefix}${path}`);
			expect(body, prefix + path).not.toContain("secret");
			expect(status, prefix + path).toBe(404);
			expect(headers["location"], prefix + path).toBeUndefined();
		}
});

test("nor does the API tell of what lies outside", async () => {
	for (const path of [...traversals, "up", "..", "/", "study/..", "../runs-other"]) {
		const at = encodeURIComponent(path);
		for (const address of [
			`/api/entry?path=${at}`,
			`/api/metrics?run=${at}&key=*`,
			`/api/compare?run=${at}`,
			`/api/sweep?path=${at}`,
			`/api/export?run=${at}&format=csv`,
		]) {
			const { status, body } = await fetched(address);
			expect({ status, error: typeof JSON.parse(body).error }, address).toEqual({
				status: 404,
				error: "string",
			});
		}
	}
});

test("a request addressed to another host is refused, so that no foreign name can point here", async () => {
	for (const host of ["evil.example", `evil.example:${serving.port}`, "127.0.0.1.evil.example"])
		for (const path of ["/", "/api/entries", "/files/study/report.html"])
			expect((await fetched(path, { host })).status, host).toBe(403);
	expect((await fetched("/", { host: `localhost:${serving.port}` })).status).toBe(200);
});

test("other sites' pages may link here but not read or embed what is here", async () => {
	for (const path of ["/", "/api/entries", "/api/events"]) {
		expect((await fetched(path, { origin: "https://evil.example" })).status).toBe(403);
		expect((await fetched(path, { origin: "null" })).status).toBe(403);
		const foreign = { "sec-fetch-site": "cross-site" };
		expect((await fetched(path, { ...foreign, "sec-fetch-mode": "no-cors" })).status).toBe(403);
	}
	const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
	expect((await fetched("/", link)).status).toBe(200);
	const host = `127.0.0.1:${serving.port}`;
	expect((await fetched("/", { host, origin: `http://${host}` })).status).toBe(200);
});

test("nothing can be changed: other methods than GET and HEAD are refused", async () => {
	const host = `127.0.0.1:${serving.port}`;
	for (const method of ["POST", "PUT", "DELETE", "PATCH"])
		for (const path of ["/", "/files/study/report.html", "/api/entries"]) {
			expect((await fetched(path, { host, origin: `http://${host}` }, method)).status).toBe(405);
			// A browser names the origin; who does not is none of our pages.
			expect((await fetched(path, { host }, method)).status).toBe(403);
		}
	expect(await fetched("/files/study/report.html", {}, "HEAD")).toMatchObject({ status: 200, body: "" });
});

test("a file larger than what may be in memory is streamed, and one that nobody reads on is let go", async () => {
	const size = 3 * 2 ** 30;
	writeFileSync(join(dir, "big.safetensors"), "");
	truncateSync(join(dir, "big.safetensors"), size);
	const before = process.memoryUsage().rss;
	const calls = await Promise.all(
		Array.from(
			{ length: 4 },
			() =>
				new Promise<ReturnType<typeof get>>((done, fail) => {
					const call = get(`${serving.url}/files/big.safetensors`, (response) => {
						expect(response.headers["content-length"]).toBe(String(size));
						let received = 0;
						response.on("error", () => {});
						response.on("data", (part: Buffer) => {
							received += part.length;
							if (received > 2 ** 26) done(call);
						});
					});
					call.on("error", fail);
				}),
		),
	);
	for (const call of calls) call.destroy();
	await setTimeout(200);
	// 256 MB have been read by now; a server that gathers them would hold most of it.
	expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
}, 30_000);

test("a port that is taken is named, with what to do", async () => {
	await expect(serve({ dir, port: serving.port })).rejects.toThrow(
		`Expected \`port\` to be free, got ${serving.port}, taken by another program. Choose another with --port, or 0 for any.`,
	);
});

test("without a port given, the next free one is taken", async () => {
	const [first, second] = [await serve({ dir }), await serve({ dir })];
	expect(second.port).toBeGreaterThan(first.port);
	await Promise.all([first.close(), second.close()]);
});

test("a folder that is not there is named", async () => {
	await expect(serve({ dir: join(dir, "nowhere"), port: 0 })).rejects.toThrow(/nowhere/);
});
