/** Drawings whose parts lead somewhere. */

/** Plot writes `xlink:href`, which a file of its own would have to declare; `href` is what browsers read today. */
export function withLinks(svg: SVGSVGElement): void {
	// An image's parts cannot be reached; these are links.
	svg.setAttribute("role", "group");
	const namespace = "http://www.w3.org/1999/xlink";
	const targets = new Set<string>();
	for (const link of svg.querySelectorAll("a")) {
		const target = link.getAttributeNS(namespace, "href");
		link.removeAttributeNS(namespace, "href");
		if (!target) continue;
		link.setAttribute("href", target);
		// Several panels may show the same place: the key Tab stops there once.
		if (targets.has(target)) link.setAttribute("tabindex", "-1");
		targets.add(target);
	}
}
