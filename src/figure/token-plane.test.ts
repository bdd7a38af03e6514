import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { drawTokenPlane } from "./token-plane.ts";

const { document } = new JSDOM("").window;
const options = { document, id: "plane", title: "Plane", caption: "Where paths end." };
const path = (choice: string, sign: number) => ({
	choice,
	points: [3, 30, 300, 3000].map((distance) => ({ x: sign * distance, y: distance })),
});

test("a line a path and a ray a limit, with the true distances behind the drawing", () => {
	const { svg, rows } = drawTokenPlane(
		[path("1·2", 1), path("2·2", -1)],
		[{ choice: "1·2", x: Math.SQRT1_2, y: Math.SQRT1_2 }],
		options,
	)!;
	expect(svg.querySelector("#plane-title")?.textContent).toBe("Plane");
	expect(svg.querySelectorAll('[aria-label="link"] path, [aria-label="link"] line')).toHaveLength(1);
	expect(svg.textContent).toContain("‖p‖ = 1000");
	expect(svg.textContent).toContain("tokens 2·2");
	expect(rows).toHaveLength(8);
	expect(rows[3]).toEqual({ choice: "1·2", path: 0, x: 3000, y: 3000 });
	expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
});

test("nothing is drawn of no paths, and a path that begins at the centre is drawn", () => {
	expect(drawTokenPlane([], [], options)).toBeUndefined();
	const centre = {
		choice: "1",
		points: [
			{ x: 0, y: 0 },
			{ x: 1, y: 0 },
		],
	};
	expect(drawTokenPlane([centre], [], options)!.svg.outerHTML).not.toMatch(/NaN/);
});
