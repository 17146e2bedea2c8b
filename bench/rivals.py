"""PyTorch and NumPy for bench/cells.ts: reads a case per line, answers with milliseconds of one forward and backward."""
import json
import sys
import time

rival, precision = sys.argv[1], sys.argv[2]
V = 65


def torch_step(case):
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)
    dtype = getattr(torch, precision)
    kind = {"vanilla": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[case["cell"]]
    T, B, H = case["T"], case["B"], case["H"]
    cell, readout = kind(V, H).to(dtype), torch.nn.Linear(H, V).to(dtype)
    x = F.one_hot(torch.arange(T * B).reshape(T, B) * 7 % V, V).to(dtype)
    y = torch.arange(T * B) * 5 % V
    parameters = [*cell.parameters(), *readout.parameters()]

    def step():
        for p in parameters:
            p.grad = None
        h, _ = cell(x)
        loss = F.cross_entropy(readout(h).reshape(T * B, V), y, reduction="sum") / B
        loss.backward()

    return step


def numpy_step(case):
    import numpy as np

    if case["cell"] != "vanilla":
        return None
    T, B, H = case["T"], case["B"], case["H"]
    random = np.random.default_rng(1)
    draw = lambda *shape: random.uniform(-0.1, 0.1, shape).astype(precision)
    U, W, V_, b, c = draw(H, V), draw(H, H), draw(V, H), draw(H), draw(V)
    x = (np.arange(T * B) * 7 % V).reshape(T, B)
    y = np.arange(T * B) * 5 % V

    def step():
        h = np.zeros((T + 1, B, H), precision)
        a = U.T[x] + b
        for t in range(T):
            h[t + 1] = np.tanh(a[t] + h[t] @ W.T)
        states = h[1:].reshape(T * B, H)
        o = states @ V_.T + c
        o -= o.max(axis=1, keepdims=True)
        g = np.exp(o)
        g /= g.sum(axis=1, keepdims=True)
        g[np.arange(T * B), y] -= 1
        g /= B
        dh = (g @ V_).reshape(T, B, H)
        da = np.empty_like(dh)
        for t in reversed(range(T)):
            da[t] = dh[t] * (1 - h[t + 1] ** 2)
            if t:
                dh[t - 1] += da[t] @ W
        flat = da.reshape(T * B, H)
        dU = np.zeros((V, H), precision)
        np.add.at(dU, x.reshape(-1), flat)
        return g.T @ states, g.sum(axis=0), flat.T @ h[:-1].reshape(T * B, H), dU.T, flat.sum(axis=0)

    return step


make = {"torch": torch_step, "numpy": numpy_step}[rival]
try:
    __import__(rival)
except ImportError:
    print(json.dumps({"missing": f"{rival} is not installed"}), flush=True)
    sys.exit()
blas = sorted({line.split("/")[-1].strip() for line in open("/proc/self/maps") if "blas" in line}) if sys.platform == "linux" else []
if rival == "torch":
    import torch
    torch.ones(2, 2) @ torch.ones(2, 2)
    blas = sorted({line.split("/")[-1].strip() for line in open("/proc/self/maps") if "blas" in line})
print(json.dumps({"ready": f"{rival} {__import__(rival).__version__}, BLAS: {', '.join(blas) or 'unknown'}"}), flush=True)
steps = {}
for line in sys.stdin:
    case = json.loads(line)
    step = steps.setdefault(line, make(case))
    if step is None:
        print(json.dumps({"ms": None}), flush=True)
        continue
    times, end = [], time.perf_counter() + 0.08
    step()
    while time.perf_counter() < end or len(times) < 3:
        begin = time.perf_counter()
        step()
        times.append((time.perf_counter() - begin) * 1000)
    print(json.dumps({"ms": sorted(times)[len(times) // 2]}), flush=True)
