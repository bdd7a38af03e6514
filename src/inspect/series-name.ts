/** What a series is called: in reports, and as a folder of its results. */
import { basename, dirname, resolve } from "node:path";

/**
 * The last part of a location that says something: `pythia-70m` of `pythia-70m/step{step}/`, of
 * `pythia-70m/checkpoints` and of `https://host/pythia-70m/resolve/step{step}`.
 */
export function seriesName(location: string): string {
	const isAddress = /^https?:\/\//i.test(location);
	const parts = isAddress
		? location.split(/[?#]/)[0]!.split("/").slice(2).filter(Boolean)
		: [basename(dirname(resolve(location))), basename(resolve(location))];
	const telling = parts.filter(
		(part) => !/\{step|^(checkpoints|resolve|tree|main|model\.safetensors)$/.test(part),
	);
	const name = telling.at(-1) ?? parts.at(-1) ?? "series";
	return name.replace(/\.(safetensors|pt|pth|bin|ckpt)$/, "").replaceAll(/[^\w.-]+/g, "-") || "series";
}
