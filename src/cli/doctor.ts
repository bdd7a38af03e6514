/** `orrery doctor`: what this machine can train on, how fast, and what to install for the rest. */
import { accessSync, constants, existsSync } from "node:fs";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { dirname, resolve } from "node:path";
import { Command } from "commander";
import type { Device } from "../engine/types.ts";
import { UserError } from "../error.ts";
import { measureSpeed, type Speed } from "../run/speed.ts";
import { version } from "../version.ts";
import { wholeNumber } from "./run-options.ts";
import { formatTable, paint, printJson, say } from "./terminal.ts";

const devices: readonly Device[] = ["cpu", "webgpu", "cuda", "wasm"];

type DeviceReport = { readonly device: Device } & (
	| (Speed & { readonly available: true })
	| { readonly available: false; readonly reason: string }
);

export const doctorCommand = (): Command =>
	new Command("doctor")
		.description("Say which devices are here and how fast they are, and what to install for the others.")
		.option("--threads <n>", "threads of the device cpu (default: all cores)", wholeNumber(1))
		.option("--json", "print everything as one JSON document on stdout")
		.action(async ({ threads, json }: { threads?: number; json?: true }) => {
			const machine = describeMachine();
			const reports: DeviceReport[] = [];
			for (const device of devices) {
				say(paint("dim", `Trying ${device} …`));
				reports.push(await tryDevice(device, threads));
			}
			if (json) printJson({ ...machine, devices: reports });
			else process.stdout.write(`${formatReport(machine, reports)}\n`);
		});

const describeMachine = () => ({
	orrery: version,
	node: process.version,
	platform: `${process.platform} ${process.arch}`,
	processor: cpus()[0]?.model ?? "unknown",
	cores: availableParallelism(),
	/** Bytes. */
	memory: totalmem(),
	freeMemory: freemem(),
	/** Whether runs can be written to `runs/` here. */
	writable: isWritable(resolve("runs")),
});

/** Whether a folder, or the nearest one above it that exists, can be written to. */
function isWritable(path: string): boolean {
	if (!existsSync(path)) return isWritable(dirname(path));
	try {
		accessSync(path, constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

async function tryDevice(device: Device, threads?: number): Promise<DeviceReport> {
	try {
		return { device, available: true, ...(await measureSpeed({ device, ...(threads && { threads }) })) };
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return { device, available: false, reason: error.message };
	}
}

function formatReport(machine: ReturnType<typeof describeMachine>, reports: DeviceReport[]): string {
	const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
	const facts = [
		["orrery", machine.orrery],
		["node", `${machine.node}, ${machine.platform}`],
		["processor", `${machine.processor}, ${machine.cores} cores`],
		["memory", `${gigabytes(machine.memory)}, ${gigabytes(machine.freeMemory)} free`],
		["runs/", machine.writable ? "writable" : "not writable: give train and study another folder with --out"],
	];
	const speeds = reports.flatMap((report) =>
		report.available
			? [
					[
						report.device,
						`${report.gigaflops.toFixed(report.gigaflops < 10 ? 1 : 0)} GFLOP/s`,
						`${report.stepMilliseconds.toFixed(1)} ms`,
						report.description,
					],
				]
			: [],
	);
	const absent = reports.flatMap((report) =>
		report.available ? [] : [`${report.device}: ${report.reason}`],
	);
	return [
		formatTable(facts),
		"",
		formatTable([["device", "matrix product", "training step", ""], ...speeds]),
		...(absent.length ? ["", "Not here:", ...absent] : []),
	].join("\n");
}
