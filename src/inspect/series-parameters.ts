/** The parameters of a series: which tensors of its checkpoints are one, followed through the steps. */
import { byteSizes } from "../checkpoint/stored-type.ts";
import type { Ignored, StoredTensor, Weights } from "../checkpoint/weights.ts";
import { sizeOf } from "../engine/values.ts";
import { nearest, UserError } from "../error.ts";
import { fitsPattern } from "./name-pattern.ts";
import type { Track } from "./sum-tracks.ts";
import { roleOf, rolesOf, type TensorRole } from "./tensor-role.ts";

export interface Parameter {
	readonly name: string;
	readonly role: TensorRole;
	/** One for each checkpoint. */
	readonly tensors: Track;
}

/** A parameter while it has one shape: sums and matrices are of these. */
export interface Part {
	readonly parameter: Parameter;
	readonly track: Track;
	/** Whether it is measured as a matrix, too. */
	readonly isMatrix: boolean;
}

/** A tensor whose shape changes is followed through each of its shapes by itself. */
export function partsOf(parameter: Parameter, matrices: boolean): Part[] {
	const shapes = new Set(parameter.tensors.flatMap((tensor) => tensor?.shape.join() ?? []));
	return [...shapes].map((shape) => ({
		parameter,
		track: parameter.tensors.map((tensor) => (tensor?.shape.join() === shape ? tensor : undefined)),
		isMatrix: matrices && parameter.role.isLinear,
	}));
}

export const bytesOf = (tensors: Track): number =>
	tensors.reduce((sum, tensor) => sum + (tensor ? sizeOf(tensor.shape) * byteSizes[tensor.dtype] : 0), 0);

/** The parameters of all checkpoints, in the order of the first that has them, and why the other tensors are none. */
export function parametersOf(
	opened: readonly { readonly location: string; readonly weights: Weights }[],
	only: string | undefined,
) {
	const all = new Map<string, StoredTensor>();
	for (const { weights } of opened)
		for (const [name, tensor] of weights.tensors) if (!all.has(name)) all.set(name, tensor);
	const fits = (name: string) => only === undefined || fitsPattern(only, name);
	const parameters: Parameter[] = [];
	const buffers: Ignored[] = [];
	for (const [name, known] of rolesOf(all.values())) {
		if (!fits(name)) continue;
		if ("ignored" in known) {
			buffers.push({ path: name, reason: known.ignored });
			continue;
		}
		const tensors = opened.map(({ weights, location }) => {
			const tensor = weights.tensors.get(name);
			const role = tensor && roleOf(name, tensor.shape, tensor.dtype);
			if (!role || "role" in role) return tensor;
			buffers.push({ path: `${location}: ${name}`, reason: role.ignored });
			return undefined;
		});
		parameters.push({ name, role: known.role, tensors });
	}
	if (parameters.length === 0) throw noParameters(opened[0]!.location, only, [...all.keys()], buffers);
	return { parameters, buffers };
}

function noParameters(
	location: string,
	only: string | undefined,
	names: readonly string[],
	buffers: readonly Ignored[],
): UserError {
	const [first] = buffers;
	if (only === undefined)
		return new UserError(
			`Expected \`${location}\` to hold parameters, got ${names.length} tensors, none of which is one.` +
				`${first ? ` (\`${first.path}\`: ${first.reason})` : ""}`,
		);
	const near = nearest(only, names);
	return new UserError(
		`Expected \`only\` to fit the name of a parameter, got ${only}.` +
			`${near ? ` Did you mean \`${near}\`?` : ""} The first is \`${names[0] ?? "none"}\`.`,
	);
}
