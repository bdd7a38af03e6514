import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeSyntheticRun } from "../../test/support/synthetic-run.ts";
import { type Serving, serve } from "./serve.ts";

const parent = mkdtempSync(join(tmpdir(), "orrery-serve-"));
const dir = join(parent, "runs");
let serving: Serving;

beforeAll(async () => {
	writeSyntheticRun(join(dir, "study", "pre <b>"), { steps: 100 });
	writeFileSync(join(dir, "study", "report.html"), "<!doctype html><title>report</title>");
	const claims = [{ verdict: "holds" }, { verdict: "fails" }];
	writeFileSync(join(dir, "study", "study.json"), JSON.stringify({ claims }));
	writeFileSync(join(dir, ".hidden"), "secret");
	writeFileSync(join(parent, "outside.txt"), "secret");
	symlinkSync(join(parent, "outside.txt"), join(dir, "link.txt"));
	mkdirSync(`${dir}-other`);
	writeFileSync(join(`${dir}-other`, "file.txt"), "secret");
	serving = await serve({ dir, port: 0 });
});
afterAll(() => serving.close());

/** A request with its path and headers exactly as given; `fetch` would tidy them. */
function get(path: string, headers: Record<string, string> = {}, method = "GET") {
	return new Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }>(
		(done, fail) => {
			const call = request({ host: "127.0.0.1", port: serving.port, path, method, headers }, (response) => {
				let body = "";
				response.on("data", (part) => {
					body += part;
				});
				response.on("end", () => done({ status: response.statusCode!, body, headers: response.headers }));
			});
			call.on("error", fail);
			call.end();
		},
	);
}

test("the first page links every report and run, their names as text", async () => {
	const { status, body } = await get("/");
	expect(status).toBe(200);
	expect(body).toContain('href="/study/report.html"');
	expect(body).toContain('href="/study/pre%20%3Cb%3E/config.json"');
	expect(body).toContain("finished, step 100 of 100");
	expect(body).toContain("1 claim holds, 1 fails");
	expect(body).not.toContain("<b>");
});

test("files are served with their type and length, and no page may frame them", async () => {
	const report = await get("/study/report.html");
	expect(report).toMatchObject({ status: 200, body: "<!doctype html><title>report</title>" });
	expect(report.headers).toMatchObject({
		"content-type": expect.stringContaining("text/html"),
		"content-length": String(report.body.length),
		"x-frame-options": "DENY",
		"x-content-type-options": "nosniff",
	});
	const metrics = await get("/study/pre%20%3Cb%3E/metrics.jsonl");
	expect(metrics.headers["content-type"]).toContain("text/plain");
	expect(metrics.body.startsWith('{"step":0')).toBe(true);
});

test("nothing outside the folder can be had: not by dots, encodings, links or a like-named neighbour", async () => {
	for (const path of [
		"/../outside.txt",
		"/..%2foutside.txt",
		"/%2e%2e/outside.txt",
		"/study/../../outside.txt",
		"/study/%2e%2e%2f%2e%2e%2foutside.txt",
		"/..%5coutside.txt",
		"/link.txt",
		"/../runs-other/file.txt",
		"/.hidden",
		"//etc/passwd",
		"/study/report.html%00.txt",
		"/%ff",
		"/study",
		"/nowhere.html",
	]) {
		const { status, body } = await get(path);
		expect(body, path).not.toContain("secret");
		expect(status, path).toBe(404);
	}
});

test("a request addressed to another host is refused, so that no foreign name can point here", async () => {
	for (const host of ["evil.example", `evil.example:${serving.port}`, "127.0.0.1.evil.example"])
		expect((await get("/", { host })).status, host).toBe(403);
	expect((await get("/", { host: `localhost:${serving.port}` })).status).toBe(200);
});

test("other sites' pages may link here but not read or embed what is here", async () => {
	expect((await get("/", { origin: "https://evil.example" })).status).toBe(403);
	expect((await get("/", { origin: "null" })).status).toBe(403);
	const foreign = { "sec-fetch-site": "cross-site" };
	expect((await get("/", { ...foreign, "sec-fetch-mode": "no-cors" })).status).toBe(403);
	expect((await get("/", { ...foreign, "sec-fetch-mode": "navigate" })).status).toBe(200);
	const host = `127.0.0.1:${serving.port}`;
	expect((await get("/", { host, origin: `http://${host}` })).status).toBe(200);
});

test("nothing can be changed: other methods than GET and HEAD are refused", async () => {
	for (const method of ["POST", "PUT", "DELETE"])
		expect((await get("/study/report.html", {}, method)).status).toBe(405);
	expect(await get("/study/report.html", {}, "HEAD")).toMatchObject({ status: 200, body: "" });
});

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
