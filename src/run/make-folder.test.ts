import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "./make-folder.ts";

const root = () => mkdtempSync(join(tmpdir(), "orrery-folder-"));

test("a folder is made with those above it, and one that is there is left alone", async () => {
	const folder = join(root(), "a/b/c");
	await makeFolder(folder);
	await makeFolder(folder);
	expect(existsSync(folder)).toBe(true);
});

test("a file in the place of a folder, or of one above it, is named", async () => {
	const file = join(root(), "file");
	writeFileSync(file, "");
	await expect(makeFolder(file)).rejects.toThrow(`Expected \`${file}\` to be a folder, got a file`);
	await expect(makeFolder(join(file, "a/b"))).rejects.toThrow("got a path through a file");
});

test.runIf(existsSync("/proc/self"))("where nothing can be made it does not try for ever", async () => {
	await expect(makeFolder("/proc/orrery")).rejects.toThrow("Expected `/proc/orrery` to exist");
});
