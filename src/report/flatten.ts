/** A configuration as a list of settings. */

/** Leaves of nested objects by dotted path, as text. */
export function flatten(value: unknown, path = ""): Map<string, string> {
	if (value === null || typeof value !== "object" || Array.isArray(value))
		return new Map([[path, typeof value === "string" ? value : JSON.stringify(value)]]);
	return new Map(
		Object.entries(value).flatMap(([key, inner]) => [...flatten(inner, path ? `${path}.${key}` : key)]),
	);
}
