/**
 * The report's only script: the theme button, the play-head over training time, and downloads of each figure as SVG,
 * PNG and CSV. It runs in the page, asks nothing of any network, and without it the report can still be read whole.
 */
import { drawingPicture, drawingText, saveFile } from "../figure/download.ts";
import { playHeadScript } from "./play-head-script.ts";

export const pageScript = `
"use strict";
const root = document.documentElement;
const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
document.getElementById("theme").addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; });

${[drawingText, drawingPicture, saveFile].join("\n")}

document.addEventListener("click", async ({ target }) => {
	const format = target.dataset?.download;
	if (!format) return;
	const figure = target.closest("figure");
	const svg = figure.querySelector("svg");
	const name = figure.id + "." + format;
	if (format === "svg") saveFile(new Blob([drawingText(svg)], { type: "image/svg+xml" }), name);
	if (format === "png") saveFile(await drawingPicture(svg), name);
	if (format === "csv") saveFile(new Blob([figure.querySelector("pre").textContent], { type: "text/csv" }), name);
});
${playHeadScript}`;
