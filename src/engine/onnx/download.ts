/**
 * Reading a GPU's memory. The runtime's own `getData` ends the process in Node, so a tensor is passed through a
 * program of one node whose output is asked for on the host.
 */
import * as ort from "onnxruntime-node";
import type { Spec, TypedArray } from "../types.ts";
import { formatSpec } from "../values.ts";
import { OnnxGraph } from "./graph.ts";
import type { Download } from "./native-tensor.ts";

export function downloader(options: ort.InferenceSession.SessionOptions): Download {
	const sessions = new Map<string, Promise<ort.InferenceSession>>();
	const sessionFor = (spec: Spec): Promise<ort.InferenceSession> => {
		const key = formatSpec(spec);
		const known = sessions.get(key);
		if (known) return known;
		const graph = new OnnxGraph();
		graph.output("o", "Identity", "i");
		const named = { shape: spec.shape, dtype: spec.dtype };
		const { bytes } = graph.encode([{ ...named, name: "i" }], [{ ...named, name: "o" }]);
		const made = ort.InferenceSession.create(bytes, { ...options, graphOptimizationLevel: "disabled" });
		sessions.set(key, made);
		return made;
	};
	return async (native, spec) => {
		const session = await sessionFor(spec);
		const { o } = await session.run({ i: native });
		return (o.data as TypedArray).slice();
	};
}
