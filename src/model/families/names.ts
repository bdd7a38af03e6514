/** How the tensors of a file are told apart: parameters of a family, copies of shared tables, and what is not used. */
import type { FamilyParameter, Identity } from "./family.ts";

export interface Naming {
	/** What the base model's tensors are called inside of a model with a head: `transformer.`. */
	readonly prefix: string;
	/** Older names of the same. */
	readonly renamed?: readonly (readonly [pattern: RegExp, name: string])[];
	/** Names of shared tables, after the prefix is dropped, and the parameter that they repeat. */
	readonly copies?: Readonly<Record<string, string>>;
	/** Tensors without a use here, after the prefix is dropped, with the reason; the first that fits counts. */
	readonly unused: readonly (readonly [pattern: RegExp, reason: string])[];
}

export function identifyBy(
	parameters: Readonly<Record<string, FamilyParameter>>,
	{ prefix, renamed = [], copies = {}, unused }: Naming,
	tensor: string,
): Identity {
	const bare = tensor.startsWith(prefix) ? tensor.slice(prefix.length) : tensor;
	const name = renamed.reduce((n, [pattern, replacement]) => n.replace(pattern, replacement), bare);
	if (Object.hasOwn(parameters, name)) return { parameter: name };
	if (Object.hasOwn(copies, name)) return { parameter: copies[name]!, copy: true };
	const reason = unused.find(([pattern]) => pattern.test(name))?.[1];
	if (reason) return { unused: reason };
	// A bias that the configuration does not speak of, an adapter or a scale would change what is computed.
	const modules = Object.keys(parameters).map((key) => key.slice(0, key.lastIndexOf(".") + 1));
	const owner = modules.find((module) => module && name.startsWith(module));
	if (owner) return { refused: `part of \`${owner.slice(0, -1)}\`` };
	return { unused: "no parameter of the model that `config.json` describes" };
}
