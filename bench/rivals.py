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

    T, B, H = case["T"], case["B"], case["H"]
    gates = {"vanilla": 1, "gru": 3, "lstm": 4}[case["cell"]]
    random = np.random.default_rng(1)
    draw = lambda *shape: random.uniform(-0.1, 0.1, shape).astype(precision)
    # The gates stand under one another, so that one product serves all.
    U, W, V_, b, c = draw(gates * H, V), draw(gates * H, H), draw(V, H), draw(gates * H), draw(V)
    x = (np.arange(T * B) * 7 % V).reshape(T, B)
    y = np.arange(T * B) * 5 % V
    sigmoid = lambda v: 1 / (1 + np.exp(-v))

    def read_out(h):
        states = h[1:].reshape(T * B, H)
        o = states @ V_.T + c
        o -= o.max(axis=1, keepdims=True)
        g = np.exp(o)
        g /= g.sum(axis=1, keepdims=True)
        g[np.arange(T * B), y] -= 1
        g /= B
        dh = np.zeros((T + 1, B, H), precision)
        dh[1:] = (g @ V_).reshape(T, B, H)
        return dh, g.T @ states, g.sum(axis=0)

    def sums(da, before):
        """dU, dW, db for gates that read `before`."""
        flat = da.reshape(T * B, -1)
        dU = np.zeros((V, flat.shape[1]), precision)
        np.add.at(dU, x.reshape(-1), flat)
        return dU.T, flat.T @ before.reshape(T * B, H), flat.sum(axis=0)

    def vanilla():
        h = np.zeros((T + 1, B, H), precision)
        a = U.T[x] + b
        for t in range(T):
            h[t + 1] = np.tanh(a[t] + h[t] @ W.T)
        dh, *rest = read_out(h)
        for t in reversed(range(T)):
            a[t] = dh[t + 1] * (1 - h[t + 1] ** 2)
            dh[t] += a[t] @ W
        return *rest, *sums(a, h[:-1])

    def gru():
        h, m = np.zeros((T + 1, B, H), precision), np.zeros((T, B, H), precision)
        a = U.T[x] + b
        for t in range(T):
            a[t, :, : 2 * H] = sigmoid(a[t, :, : 2 * H] + h[t] @ W[: 2 * H].T)
            z, r = a[t, :, :H], a[t, :, H : 2 * H]
            m[t] = r * h[t]
            a[t, :, 2 * H :] = np.tanh(a[t, :, 2 * H :] + m[t] @ W[2 * H :].T)
            h[t + 1] = z * h[t] + (1 - z) * a[t, :, 2 * H :]
        dh, *rest = read_out(h)
        for t in reversed(range(T)):
            g, z, r, n = dh[t + 1], *(a[t, :, k * H : (k + 1) * H].copy() for k in range(3))
            dn = g * (1 - z) * (1 - n * n)
            dm = dn @ W[2 * H :]
            a[t, :, :H] = g * (h[t] - n) * z * (1 - z)
            a[t, :, H : 2 * H] = dm * h[t] * r * (1 - r)
            a[t, :, 2 * H :] = dn
            dh[t] += g * z + dm * r + a[t, :, : 2 * H] @ W[: 2 * H]
        return *rest, *sums(a[:, :, : 2 * H], h[:-1]), *sums(a[:, :, 2 * H :], m)

    def lstm():
        h, s = np.zeros((T + 1, B, H), precision), np.zeros((T + 1, B, H), precision)
        a = U.T[x] + b
        for t in range(T):
            a[t] += h[t] @ W.T
            a[t, :, : 3 * H] = sigmoid(a[t, :, : 3 * H])
            a[t, :, 3 * H :] = np.tanh(a[t, :, 3 * H :])
            i, f, q, g = (a[t, :, k * H : (k + 1) * H] for k in range(4))
            s[t + 1] = f * s[t] + i * g
            h[t + 1] = q * np.tanh(s[t + 1])
        dh, *rest = read_out(h)
        ds = np.zeros((B, H), precision)
        for t in reversed(range(T)):
            i, f, q, g = (a[t, :, k * H : (k + 1) * H].copy() for k in range(4))
            u = np.tanh(s[t + 1])
            ds = ds + dh[t + 1] * q * (1 - u * u)
            a[t, :, :H] = ds * g * i * (1 - i)
            a[t, :, H : 2 * H] = ds * s[t] * f * (1 - f)
            a[t, :, 2 * H : 3 * H] = dh[t + 1] * u * q * (1 - q)
            a[t, :, 3 * H :] = ds * i * (1 - g * g)
            ds = ds * f
            dh[t] += a[t] @ W
        return *rest, *sums(a, h[:-1])

    return {"vanilla": vanilla, "gru": gru, "lstm": lstm}[case["cell"]]


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
    times, end = [], time.perf_counter() + 0.08
    step()
    while time.perf_counter() < end or len(times) < 3:
        begin = time.perf_counter()
        step()
        times.append((time.perf_counter() - begin) * 1000)
    print(json.dumps({"ms": sorted(times)[len(times) // 2]}), flush=True)
