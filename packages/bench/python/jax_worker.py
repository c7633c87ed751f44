"""The workloads by JAX on the CPU, every step under jit with its state donated.

Variants: `jit`, the derivatives inside the loss by jvp; `jit:1`, the same on one thread; `jit-by-hand`, the exact
divergence of three layers written down; `jit-rbg`, the noise by XLA's own generator, which JAX calls experimental.
"""

import os
import sys

# Before JAX is imported: the number of threads is fixed when its CPU client starts.
if "--one-thread" in sys.argv:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.environ["JAX_PLATFORMS"] = "cpu"

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.nn import sigmoid, softplus

import jax_unet
from protocol import BATCHES, Repeated, Training, column_variances, mean_square, norm, product_values, serve

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def apply_net(layers, x):
    for i, (weight, bias) in enumerate(layers):
        x = x @ weight + bias
        if i < len(layers) - 1:
            x = softplus(x)
    return x


def dot(x, y):
    return jnp.sum(x * y, axis=-1)


def score_of(about, layers):
    if about["model"] == "score":
        return lambda x: apply_net(layers, x)
    return jax.grad(lambda x: -jnp.sum(apply_net(layers, x)))


def sliced(about, layers, x, v):
    s, pushed = jax.jvp(score_of(about, layers), (x,), (v,))
    return jnp.mean(dot(v, pushed) + 0.5 * dot(v, s) ** 2)


def sliced_vr(about, layers, x, v):
    s, pushed = jax.jvp(score_of(about, layers), (x,), (v,))
    return jnp.mean(dot(v, pushed) + 0.5 * dot(s, s))


def denoising(about, layers, x, v):
    sigma = about["sigma"]
    residual = apply_net(layers, x + sigma * v) + v / sigma
    return jnp.mean(0.5 * dot(residual, residual))


def exact(about, layers, x, v):
    """½‖s‖² + tr J: one primal pass, one vectorised Jacobian-vector product over the dimensions."""
    s, push = jax.linearize(lambda y: apply_net(layers, y), x)
    d = x.shape[1]
    units = jnp.broadcast_to(jnp.eye(d, dtype=x.dtype)[:, None, :], (d, *x.shape))
    pushed = jax.vmap(push)(units)
    return jnp.mean(0.5 * dot(s, s) + jnp.einsum("ini->n", pushed))


def exact_by_hand(about, layers, x, v):
    """The same with the tangents of all dimensions in one product, and of the last layer their trace alone."""
    (w0, b0), (w1, b1), (w2, b2) = layers
    y1 = x @ w0 + b0
    y2 = softplus(y1) @ w1 + b1
    s = softplus(y2) @ w2 + b2
    dh1 = sigmoid(y1)[:, None, :] * w0[None, :, :]
    dh2 = (dh1 @ w1) * sigmoid(y2)[:, None, :]
    return jnp.mean(0.5 * dot(s, s) + jnp.sum(dh2 * w2.T[None, :, :], axis=(1, 2)))


def closed_form(about, layers, x, v):
    """½‖s‖² + tr J with tr J = σ(y₁)ᵀ(W₁ ∘ (W₂W₀)ᵀ)σ(y₂)."""
    (w0, b0), (w1, b1), (w2, b2) = layers
    y1 = x @ w0 + b0
    y2 = softplus(y1) @ w1 + b1
    s = softplus(y2) @ w2 + b2
    coupling = w1 * (w2 @ w0).T
    return jnp.mean(0.5 * dot(s, s) + dot(sigmoid(y1) @ coupling, sigmoid(y2)))


LOSSES = {
    "sliced": sliced,
    "sliced-vr": sliced_vr,
    "denoising": denoising,
    "exact": exact,
    "exact-closed": closed_form,
}


def training(workload, variant):
    about = workload.about
    loss_at = partial(exact_by_hand if variant == "jit-by-hand" else LOSSES[about["objective"]], about)
    rate = about["learningRate"]

    @partial(jax.jit, donate_argnums=(0, 1, 2))
    def advance(layers, mean, mean_square_, t, x, v):
        loss, gradient = jax.value_and_grad(loss_at)(layers, x, v)
        t = t + 1
        mean = jax.tree_util.tree_map(lambda m, g: BETA1 * m + (1 - BETA1) * g, mean, gradient)
        mean_square_ = jax.tree_util.tree_map(lambda s, g: BETA2 * s + (1 - BETA2) * g * g, mean_square_, gradient)

        def moved(p, m, s):
            unbiased = m / (1 - BETA1**t)
            return p - rate * unbiased / (jnp.sqrt(s / (1 - BETA2**t)) + EPSILON)

        layers = jax.tree_util.tree_map(moved, layers, mean, mean_square_)
        return loss, layers, mean, mean_square_, t

    layers = [(jnp.array(weight), jnp.array(bias)) for weight, bias in workload.layers()]
    zeros = jax.tree_util.tree_map(jnp.zeros_like, layers)
    state = [jnp.array(jnp.nan), layers, zeros, jax.tree_util.tree_map(jnp.zeros_like, layers), jnp.float32(0)]
    batches = [(jnp.array(workload.arrays["x"][i]), jnp.array(workload.arrays["v"][i])) for i in range(BATCHES)]

    def step(i):
        state[:] = advance(*state[1:], *batches[i])

    def loss():
        jax.block_until_ready(state)
        return float(state[0])

    def norms():
        # The mean of the gradients after the first step is a tenth of the gradient.
        return [10 * norm(np.asarray(leaf)) for weight, bias in state[2] for leaf in (bias, weight)]

    return Training(step, loss, norms)


def sampling(workload, variant):
    about = workload.about
    layers = [(jnp.array(weight), jnp.array(bias)) for weight, bias in workload.layers()]
    x0, noise = jnp.array(workload.arrays["x"]), jnp.array(workload.arrays["v"])
    size = about["stepSize"]

    def move(x, z):
        return x + size / 2 * apply_net(layers, x) + size**0.5 * z

    @jax.jit
    def walk(x, key):
        keys = jax.random.split(key, about["steps"])
        last, _ = jax.lax.scan(lambda y, k: (move(y, jax.random.normal(k, y.shape)), None), x, keys)
        return last

    keys = [jax.random.key(1, impl="rbg" if variant == "jit-rbg" else "threefry2x32")]

    def sample():
        keys[0], own = jax.random.split(keys[0])
        return jax.block_until_ready(walk(x0, own))

    def check():
        values = [mean_square(apply_net(layers, x0)), mean_square(move(x0, noise))]
        return {"values": values, "variances": column_variances(sample())}

    return Repeated(check, sample)


def product(workload, variant):
    a, b = jnp.array(workload.arrays["a"]), jnp.array(workload.arrays["b"])
    multiply = jax.jit(lambda x, y: x @ y)

    def once():
        return jax.block_until_ready(multiply(a, b))

    return Repeated(lambda: {"values": product_values(once())}, once)


def open_work(workload, variant):
    if variant not in ("jit", "jit:1", "jit-by-hand", "jit-rbg"):
        raise ValueError(f'JAX has no variant "{variant}"')
    kinds = {
        "training": training,
        "sampling": sampling,
        "product": product,
        "image-training": jax_unet.training,
        "image-sampling": jax_unet.sampling,
    }
    return kinds[workload.about["kind"]](workload, variant), [f"version {jax.__version__}, {jax.devices()[0]}"]


serve(open_work)
