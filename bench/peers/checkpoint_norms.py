"""Norms of a series of safetensors checkpoints and cosines to the checkpoint before and to the first, as one writes it in
Python: load a checkpoint, three dot products a tensor, keep the checkpoint before and the first.

Named on the command line: numpy or torch, whose `load_file` of the package safetensors reads the files; without the
package they are mapped and their header is parsed here. One JSON request a line: {"size": {"paths", "precision"},
"steps": n}; answers with milliseconds of each of n readings, and the last checkpoint's ||x|| and 1 - cos to the first."""

import json
import sys
import time

import numpy as np

library = sys.argv[1]
if library == "torch":
    import os

    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))

try:
    import safetensors

    if library == "torch":
        from safetensors.torch import load_file as load
    else:
        from safetensors.numpy import load_file as load
    reader = f"safetensors {safetensors.__version__}"
except ImportError:
    reader = "files mapped"

    def load(path):
        data = np.memmap(path, dtype=np.uint8, mode="c")
        end = 8 + int(data[:8].view("<u8")[0])
        header = json.loads(data[8:end].tobytes())
        header.pop("__metadata__", None)
        arrays = {
            name: data[end + begin : end + stop].view(np.float32)
            for name, (begin, stop) in ((name, entry["data_offsets"]) for name, entry in header.items())
        }
        return {name: torch.from_numpy(x) for name, x in arrays.items()} if library == "torch" else arrays


def prepared(tensors, precision):
    if library == "torch":
        return {name: x.reshape(-1).to(getattr(torch, precision)) for name, x in tensors.items()}
    return {name: x.reshape(-1).astype(precision, copy=False) for name, x in tensors.items()}


def measure(paths, precision):
    first = previous = None
    norms, to_previous, to_first = [], [], []
    for path in paths:
        tensors = prepared(load(path), precision)
        previous, first = previous or tensors, first or tensors
        squared, before, begun = 0.0, 0.0, 0.0
        for name, x in tensors.items():
            squared += float(x @ x)
            before += float(x @ previous[name])
            begun += float(x @ first[name])
        norms.append(squared**0.5)
        to_previous.append(before / (norms[-1] * norms[max(0, len(norms) - 2)]))
        to_first.append(begun / (norms[-1] * norms[0]))
        previous = tensors
    return norms[-1], 1 - to_first[-1]


version = torch.__version__ if library == "torch" else np.__version__
print(json.dumps({"version": f"{version}, {reader}"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    times = []
    for _ in range(request["steps"]):
        start = time.perf_counter()
        result = measure(request["size"]["paths"], request["size"]["precision"])
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps({"ms": times, "result": result}), flush=True)
