/** The device of a page: WebGPU on a real GPU if there is one, else WebAssembly; and what it is, in words. */
import { getWebGPUDevice } from "@jax-js/jax";
import { openJaxEngine } from "../../../engine/jax.ts";
import type { Engine } from "../../../engine/types.ts";
import { UserError } from "../../../error.ts";
import type { PageDevice } from "./protocol.ts";

interface Opened {
	readonly engine: Engine;
	readonly device: PageDevice;
	readonly name: string;
	/** Why it is not WebGPU, if that was asked for. */
	readonly fallback?: string;
	/** Whether the browser has taken the GPU away: a driver that crashed, a laptop that slept. */
	readonly isLost?: () => Promise<boolean>;
}

/** What is read of a browser's adapter; TypeScript does not know WebGPU yet. */
interface Adapter {
	readonly info?: {
		readonly vendor: string;
		readonly architecture: string;
		readonly description: string;
		readonly isFallbackAdapter?: boolean;
	};
}

export async function openPageEngine(wanted: "auto" | PageDevice): Promise<Opened> {
	if (wanted === "wasm") return openWasm();
	const adapter = await findAdapter();
	if (!adapter) return openWasm("This browser offers no GPU to pages (WebGPU).");
	if (wanted === "auto" && isSoftware(adapter))
		return openWasm("The only WebGPU device here is software, which is slower than WebAssembly.");
	try {
		const engine = await openJaxEngine("webgpu");
		return {
			engine,
			device: "webgpu",
			name: engine.description.replace("jax-js on ", ""),
			isLost: watchLoss(),
		};
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return openWasm("The GPU refused to open a device.");
	}
}

/** A read of what is lost fails a little before the loss is told. */
function watchLoss(): () => Promise<boolean> {
	const { lost } = getWebGPUDevice() as unknown as { lost: Promise<unknown> };
	return () =>
		Promise.race([lost.then(() => true), new Promise<boolean>((end) => setTimeout(end, 300, false))]);
}

const openWasm = async (fallback?: string): Promise<Opened> => ({
	engine: await openJaxEngine("wasm"),
	device: "wasm",
	// jax-js takes all cores where pages may share memory.
	name:
		globalThis.crossOriginIsolated && navigator.hardwareConcurrency > 1
			? `WebAssembly, ${navigator.hardwareConcurrency} threads`
			: "WebAssembly, one thread",
	...(fallback !== undefined && { fallback }),
});

async function findAdapter(): Promise<Adapter | null> {
	const { gpu } = navigator as unknown as {
		gpu?: { requestAdapter(options: object): Promise<Adapter | null> };
	};
	return (await gpu?.requestAdapter({ powerPreference: "high-performance" }).catch(() => null)) ?? null;
}

const isSoftware = ({ info }: Adapter): boolean =>
	info?.isFallbackAdapter === true ||
	/swiftshader|llvmpipe|lavapipe|basic render|software/i.test(
		`${info?.vendor} ${info?.architecture} ${info?.description}`,
	);
