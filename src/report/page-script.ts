/**
 * The report's only script: the theme button, the play-head over training time, and downloads of each figure as SVG,
 * PNG and CSV. It runs in the page, asks nothing of any network, and without it the report can still be read whole.
 */
import { playHeadScript } from "./play-head-script.ts";

export const pageScript = `
"use strict";
const root = document.documentElement;
const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
document.getElementById("theme").addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; });

function save(blob, name) {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(blob);
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// The drawing as a file: the page's colours of this moment written into it.
function drawing(svg) {
	const style = getComputedStyle(root);
	const copy = svg.cloneNode(true);
	copy.setAttribute("style", "color: " + style.getPropertyValue("--ink") + "; background: " + style.getPropertyValue("--ground"));
	return new XMLSerializer().serializeToString(copy)
		.replace(/var\\((--[a-z0-9-]+), [^)]*\\)/g, (_, name) => style.getPropertyValue(name).trim());
}

async function picture(svg) {
	const image = new Image();
	image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(drawing(svg));
	await image.decode();
	const scale = 3;
	const { width, height } = svg.viewBox.baseVal;
	const canvas = document.createElement("canvas");
	canvas.width = width * scale;
	canvas.height = height * scale;
	const context = canvas.getContext("2d");
	context.fillStyle = getComputedStyle(root).getPropertyValue("--ground");
	context.fillRect(0, 0, canvas.width, canvas.height);
	context.drawImage(image, 0, 0, canvas.width, canvas.height);
	return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

document.addEventListener("click", async ({ target }) => {
	const format = target.dataset?.download;
	if (!format) return;
	const figure = target.closest("figure");
	const svg = figure.querySelector("svg");
	const name = figure.id + "." + format;
	if (format === "svg") save(new Blob([drawing(svg)], { type: "image/svg+xml" }), name);
	if (format === "png") save(await picture(svg), name);
	if (format === "csv") save(new Blob([figure.querySelector("pre").textContent], { type: "text/csv" }), name);
});
${playHeadScript}`;
