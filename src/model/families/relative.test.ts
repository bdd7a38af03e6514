import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { readJson } from "../../../test/support/fixtures.ts";
import { bucketOf, byKey } from "./relative.ts";

beforeAll(async () => {
	await init("cpu");
	defaultDevice("cpu");
});

interface BucketTables {
	readonly first: number;
	readonly tables: readonly {
		readonly num_buckets: number;
		readonly max_distance: number;
		readonly bidirectional: boolean;
		readonly buckets: readonly number[];
	}[];
}

test("T5's bucket of every distance from -160 to 160 is that of the library, for eight settings", async () => {
	const { first, tables } = (await readJson("hf/t5-buckets.json")) as BucketTables;
	expect(tables).toHaveLength(8);
	for (const { num_buckets, max_distance, bidirectional, buckets } of tables) {
		const options = { buckets: num_buckets, maxDistance: max_distance, bidirectional };
		expect(buckets.map((_, i) => bucketOf(first + i, options))).toEqual(buckets);
	}
});

test.each([1, 2, 5])("key j of query i reads column T + j - i, T = %d", (time) => {
	const columns = np.broadcastTo(np.arange(2 * time), [2, 3, time, 2 * time]);
	const picked = byKey(columns);
	expect(picked.shape).toEqual([2, 3, time, time]);
	const expected = Array.from({ length: 6 * time * time }, (_, k) => {
		const [i, j] = [Math.floor(k / time) % time, k % time];
		return time + j - i;
	});
	expect(Array.from(picked.dataSync())).toEqual(expected);
});
