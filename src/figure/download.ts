/**
 * Drawings as files to save, in a page. A report has these functions in its script as text, so each stands alone but for
 * the others of this file, and has no import.
 */

/** The drawing as a file of its own: the page's colours of this moment written into it, without what lies over it. */
export function drawingText(svg: SVGSVGElement): string {
	const style = getComputedStyle(document.documentElement);
	const colour = (name: string) => style.getPropertyValue(name).trim();
	const copy = svg.cloneNode(true) as SVGSVGElement;
	for (const overlay of copy.querySelectorAll("[data-overlay]")) overlay.remove();
	copy.setAttribute("style", `color: ${colour("--ink")}; background: ${colour("--ground")}`);
	return new XMLSerializer()
		.serializeToString(copy)
		.replace(
			/var\((--[a-z0-9-]+), ([^)]*)\)/g,
			(_, name: string, fallback: string) => colour(name) || fallback,
		);
}

/** The drawing as PNG, three pixels a unit. */
export async function drawingPicture(svg: SVGSVGElement): Promise<Blob> {
	const image = new Image();
	image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawingText(svg))}`;
	await image.decode();
	const scale = 3;
	const { width, height } = svg.viewBox.baseVal;
	const canvas = document.createElement("canvas");
	canvas.width = width * scale;
	canvas.height = height * scale;
	const context = canvas.getContext("2d")!;
	context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--ground");
	context.fillRect(0, 0, canvas.width, canvas.height);
	context.drawImage(image, 0, 0, canvas.width, canvas.height);
	return new Promise((resolve, reject) =>
		canvas.toBlob(
			(blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large."))),
			"image/png",
		),
	);
}

/** Lets the browser save a file. */
export function saveFile(blob: Blob, name: string): void {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(blob);
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
