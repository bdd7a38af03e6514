import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { judge } from "../study.ts";
import { publishedFigures } from "./published.ts";

test("published numbers: Fig. 2's last layers, and Fig. 3's second mode at 41.01, where the leak is and mean heads are not", () => {
	const claims = new Map(publishedFigures.claims.map((claim) => [claim.id, judge(claim, [])]));
	expect(claims.get("published.saturation.t5")).toMatchObject({ measured: 0.9148, verdict: "holds" });
	expect(claims.get("published.heads.mean")).toMatchObject({ measured: 41.01, verdict: "fails" });
	expect(claims.get("published.heads.leak")).toMatchObject({ measured: 41.01, verdict: "holds" });
	expect(claims.get("published.heads.leak")!.detail).toContain("61 of 144 heads");
	expect(claims.get("published.post-norm-grows")!.verdict).toBe("fails");
});

test("they are drawn without any run", () => {
	const { document } = new JSDOM("").window;
	const figures = publishedFigures.figures([], { document });
	expect(figures.map(({ id }) => id)).toEqual([
		"published-saturation",
		"published-heads",
		"published-degenerate",
		"published-norms",
	]);
	// 48 points of pretrained models (XLNet has 11) and 48 of random ones.
	expect(figures[0]!.rows).toHaveLength(95);
	expect(figures[1]!.rows).toHaveLength(288);
});
