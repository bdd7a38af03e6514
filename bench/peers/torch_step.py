"""The benchmark's PyTorch side: one AdamW training step of the same model, timed on request.

Reads lines `{"size": {...}, "steps": n}` and answers each with the milliseconds of n steps; a size is built when it
is first named, and warmed up. Eager mode, the fastest AdamW and attention that the installed version has.
"""
import inspect
import json
import os
import sys
import time

threads = int(os.environ.get("ORRERY_THREADS", "2"))
os.environ.setdefault("OMP_NUM_THREADS", str(threads))
os.environ.setdefault("OPENBLAS_NUM_THREADS", str(threads))

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(threads)
torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.o = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.w1, self.w2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x, mask):
        b, t, w = x.shape
        q, k, v = self.qkv(self.ln1(x)).split(w, dim=2)
        q, k, v = (y.view(b, t, self.heads, w // self.heads).transpose(1, 2) for y in (q, k, v))
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = (q @ k.transpose(2, 3)) * (w // self.heads) ** -0.5
            y = F.softmax(scores.masked_fill(mask, float("-inf")), dim=-1) @ v
        x = x + self.o(y.transpose(1, 2).reshape(b, t, w))
        return x + self.w2(F.relu(self.w1(self.ln2(x))))


class Model(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.tok = nn.Embedding(s["vocabulary"], s["width"])
        self.pos = nn.Embedding(s["context"], s["width"])
        self.blocks = nn.ModuleList(Block(s["width"], s["heads"], s["feedForward"]) for _ in range(s["layers"]))
        self.ln_f = nn.LayerNorm(s["width"])
        self.head = nn.Linear(s["width"], s["vocabulary"])
        self.register_buffer("mask", torch.triu(torch.ones(s["context"], s["context"], dtype=torch.bool), 1))

    def forward(self, x):
        x = self.tok(x) + self.pos.weight
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.ln_f(x))


def optimizer_of(parameters):
    """The fastest AdamW here: fused where the CPU has it, else over lists of tensors."""
    for options in ({"fused": True}, {"foreach": True}, {}):
        if options and next(iter(options)) not in inspect.signature(torch.optim.AdamW).parameters:
            continue
        try:
            return torch.optim.AdamW(parameters, lr=1e-3, weight_decay=1e-2, **options), options
        except Exception:
            continue


def build(s):
    model = Model(s)
    optimizer, options = optimizer_of(list(model.parameters()))

    def step():
        tokens = torch.randint(s["vocabulary"], (s["batch"], s["context"] + 1))
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        logits = model(tokens[:, :-1])
        loss = F.cross_entropy(logits.reshape(-1, s["vocabulary"]), tokens[:, 1:].reshape(-1))
        loss.backward()
        optimizer.step()
        loss.item()
        return (time.perf_counter() - start) * 1000

    for _ in range(3):
        step()
    return step, options


steps = {}
current = None
print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    size = request["size"]
    if current != size["work"]:
        steps.clear()
        current = size["work"]
        steps[current] = build(size)
    step, options = steps[current]
    print(json.dumps({"ms": [step() for _ in range(request["steps"])], "optimizer": options}), flush=True)
