import { expect, test } from "vitest";
import { stepOf } from "./step-of.ts";

test.each([
	["checkpoint-500", 500],
	["step0", 0],
	["step143000", 143000],
	["step1000-unsharded", 1000],
	["step1000-tokens4B", 1000],
	["stage1-step1000-tokens5B", 1000],
	["stage2-ingredient3-step11931-tokens50B", 11931],
	["step-00000400", 400],
	["global_step1000", 1000],
	["iter_0001000", 1000],
	["epoch=3-step=1200.ckpt", 1200],
	["ep0-ba1000-rank0.pt", 1000],
	["checkpoint-3-step-500", 500],
	["step1k", 1000],
	["step1.5k.pt", 1500],
	["step_2M", 2_000_000],
	["10k_steps.safetensors", 10_000],
	["Step 7.pt", 7],
	["ckpt_1000.pt", 1000],
])("%s is of step %i", (name, step) => {
	expect(stepOf(name)).toEqual({ step, bare: false });
});

test.each([
	["1000", 1000],
	["00250.pt", 250],
	["143k", 143_000],
	["model_1000.pt", 1000],
	["model1000.safetensors", 1000],
	["gpt2-1000.safetensors", 1000],
	["pythia-70m-512", 512],
	["2024-05-01-run-model-300", 300],
])("%s ends with a number that may be step %i", (name, step) => {
	expect(stepOf(name)).toEqual({ step, bare: true });
});

test.each([
	"model-00001-of-00002.safetensors",
	"step-model-00001-of-00002.safetensors",
	"mp_rank_00_model_states.pt",
	"mp_rank_00.pt",
	"layer_00-model_00-model_states.pt",
	"consolidated.00.pth",
	"rng_state_0.pth",
	"gpt2",
	"pythia-70m",
	"llama-7b",
	"tokens4B",
	"tokens-4",
	"epoch_3.pt",
	"epoch3.pt",
	"seed1",
	"v2",
	"run_2",
	"2024-05-01",
	"20240501",
	"bf16",
	"lr1e-4",
	"main",
	"final",
	"ckpt.pt",
	"model.safetensors",
	"stepping-stones",
	"step99999999999999999999",
])("%s tells no step", (name) => {
	expect(stepOf(name)).toBeUndefined();
});
