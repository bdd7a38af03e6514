/** Drawings whose parts lead somewhere. */

/** Plot writes `xlink:href`, which a file of its own would have to declare; `href` is what browsers read today. */
export function withLinks(svg: SVGSVGElement): void {
	// An image's parts cannot be reached; these are links.
	svg.setAttribute("role", "group");
	const namespace = "http://www.w3.org/1999/xlink";
	for (const link of svg.querySelectorAll("a")) {
		const target = link.getAttributeNS(namespace, "href");
		link.removeAttributeNS(namespace, "href");
		if (target) link.setAttribute("href", target);
	}
}
