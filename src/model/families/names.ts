/** How the tensors of a file are told apart: parameters of a family, copies of shared tables, and what is not used. */

/** What a tensor of a file is to the model. */
export type Identity =
	/** `copy`: another name of a shared table, read only where the parameter's own name is absent, else compared. */
	| { readonly parameter: string; readonly copy?: boolean }
	/** None, and why. */
	| { readonly unused: string }
	/** None, though it would change what the model gives: what it is. */
	| { readonly refused: string };

export interface Naming {
	/** What the base model's tensors are called inside of a model with a head: `transformer.`. */
	readonly prefix: string;
	/** Older names of the same. */
	readonly renamed?: readonly (readonly [pattern: RegExp, name: string])[];
	/** Names of shared tables, after the prefix is dropped, and the parameter that they repeat. */
	readonly copies?: Readonly<Record<string, string>> | undefined;
	/** Tensors without a use here, after the prefix is dropped, with the reason; the first that fits counts. */
	readonly unused: readonly (readonly [pattern: RegExp, reason: string])[];
}

/** Tells what a tensor is by its name in a file, from the names of a model's parameters. */
export function identifier(
	parameters: Iterable<string>,
	{ prefix, renamed = [], copies = {}, unused }: Naming,
): (tensor: string) => Identity {
	const known = new Set(parameters);
	const modules = new Set(
		[...known].filter((name) => name.includes(".")).map((name) => name.slice(0, name.lastIndexOf("."))),
	);
	return (tensor) => {
		const bare = tensor.startsWith(prefix) ? tensor.slice(prefix.length) : tensor;
		const name = renamed.reduce((n, [pattern, replacement]) => n.replace(pattern, replacement), bare);
		if (known.has(name)) return { parameter: name };
		if (Object.hasOwn(copies, name)) return { parameter: copies[name]!, copy: true };
		const reason = unused.find(([pattern]) => pattern.test(name))?.[1];
		if (reason) return { unused: reason };
		// A bias that the configuration does not speak of, an adapter or a scale would change what is computed.
		for (let end = name.indexOf("."); end >= 0; end = name.indexOf(".", end + 1))
			if (modules.has(name.slice(0, end))) return { refused: `part of \`${name.slice(0, end)}\`` };
		// As many blocks as the file has, or another model.
		if (known.has(name.replace(/\.\d+\./, ".0.")))
			return { refused: "of a block beyond those that it describes" };
		return { unused: "no parameter of the model that `config.json` describes" };
	};
}
