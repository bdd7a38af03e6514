"""Gradient descent of the co-occurrence network in numpy: the same numbers of the same reduced form, each line of a
request's `steps` after the other. One JSON request a line: {"size": problem, "steps": n}; answers with milliseconds of
each step and the loss after them. All products go through BLAS, on d x d matrices."""

import json
import sys
import time

import numpy as np


def descend(problem, steps):
    x = np.array(problem["tokens"])  # [samples, length]
    y = np.array(problem["labels"], dtype=float)
    samples, _ = x.shape
    d, m, m1, rate = (problem[k] for k in ("words", "width", "neurons", "rate"))
    w, v, k, q = (np.array(problem[name]).reshape(shape) for name, shape in
                  (("mlp", m), ("value", (m, d)), ("key", (m, d)), ("query", (m, d))))
    pairs = x[:, :, None] * d + x[:, None, :]  # [samples, key, query]
    flat, words = pairs.ravel(), x.ravel()
    scale = m ** -0.5

    def forward():
        s = (k.T @ q).ravel()[pairs] * scale
        p = np.exp(s - s.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        g = (w @ v)[x]
        mean = (p * g[:, :, None]).sum(axis=1)  # [samples, query]
        return p, g, mean, mean.sum(axis=1)

    times = []
    for _ in range(steps):
        start = time.perf_counter()
        p, g, mean, f = forward()
        rho = y / (1 + np.exp(y * f)) / samples
        weights = p * rho[:, None, None]
        c = np.bincount(words, weights.sum(axis=2).ravel(), d)
        gamma = np.bincount(flat, (weights * (g[:, :, None] - mean[:, None, :])).ravel(), d * d).reshape(d, d)
        gamma *= scale
        dw, dv, dk, dq = m1 * (v @ c), np.outer(w, c), q @ gamma.T, k @ gamma
        w += rate * dw
        v += rate * dv
        k += rate * dk
        q += rate * dq
        times.append((time.perf_counter() - start) * 1000)
    return times, float(np.log1p(np.exp(-y * forward()[3])).mean())


print(json.dumps({"version": np.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    ms, loss = descend(request["size"], request["steps"])
    print(json.dumps({"ms": ms, "loss": loss}), flush=True)
