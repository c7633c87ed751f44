"""The U-Net of images by JAX: its training step, and sampling by Heun's method, each a program under jit."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.nn import silu

from protocol import BATCHES, Repeated, Training, mean_square, norm

GROUP, EPSILON = 8, 1e-5
BETA1 = 0.9


def dense(p, name, x):
    return x @ p[f"{name}.weight"] + p[f"{name}.bias"]


def conv(p, name, x):
    kernel = p[f"{name}.kernel"]
    layout = ("NHWC", "HWIO", "NHWC")
    return jax.lax.conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=layout) + p[f"{name}.bias"]


def normalized(x):
    n, h, w, c = x.shape
    grouped = x.reshape(n, h * w, c // GROUP, GROUP) if c % GROUP == 0 else x.reshape(n, h * w, 1, c)
    centred = grouped - grouped.mean((1, 3), keepdims=True)
    return (centred * jax.lax.rsqrt(jnp.square(centred).mean((1, 3), keepdims=True) + EPSILON)).reshape(x.shape)


def residual(p, name, x, told):
    h = normalized(conv(p, f"{name}.first", silu(normalized(x))))
    scale, shift = jnp.split(dense(p, f"{name}.modulation", told)[:, None, None, :], 2, axis=-1)
    skip = conv(p, f"{name}.skip.0", x) if f"{name}.skip.0.kernel" in p else x
    return skip + conv(p, f"{name}.second", silu(h * (1 + scale) + shift))


def mix(p, x):
    n, _, _, c = x.shape
    lines = normalized(x).reshape(n, -1, c).swapaxes(1, 2)
    mixed = dense(p, "mix.gather", silu(dense(p, "mix.spread", lines)))
    return x + mixed.swapaxes(1, 2).reshape(x.shape)


def embedding(p, frequencies, noise, label):
    phases = 2 * jnp.pi * noise[:, None] * frequencies
    hidden = silu(dense(p, "embedding.first", jnp.concatenate([jnp.cos(phases), jnp.sin(phases)], 1)))
    return silu(dense(p, "embedding.second", hidden) + p["embedding.classes.0.table"][label])


def network_of(about, frequencies):
    """F(y, ln(σ)/4, class) on rows [n, pixels]; one colour."""
    network = about["network"]
    (height, width, _), b = network["image"], network["block"]
    stages = len(network["channels"])

    def apply(p, y, noise, label):
        n = len(y)
        told = embedding(p, frequencies, noise, label)
        blocks = y.reshape(n, height // b, b, width // b, b).transpose(0, 1, 3, 2, 4)
        x = conv(p, "input", blocks.reshape(n, height // b, width // b, b * b))
        seen = []
        for i in range(stages):
            if i > 0:
                seen.append(x)
                _, h, w, c = x.shape
                x = x.reshape(n, h // 2, 2, w // 2, 2, c).mean((2, 4))
            x = residual(p, f"down.{i}", x + p[f"positions.{i}"], told)
        x = residual(p, "middle", mix(p, x), told)
        for i, skip in enumerate(reversed(seen)):
            below = conv(p, f"up.{i}.narrow", x).repeat(2, axis=1).repeat(2, axis=2)
            x = residual(p, f"up.{i}.residual", below + skip, told)
        blocks = conv(p, "output", silu(normalized(x)))
        return blocks.reshape(n, height // b, width // b, b, b).transpose(0, 1, 3, 2, 4).reshape(y.shape)

    return apply


def scales(about, sigma):
    """c_skip, c_out and c_in of Karras et al. 2022, table 1."""
    deviation = about["network"]["dataDeviation"]
    spread = jnp.sqrt(sigma**2 + deviation**2)
    return (deviation / spread) ** 2, sigma * deviation / spread, 1 / spread


def opened(workload):
    arrays = workload.arrays
    if workload.about["network"]["image"][2] != 1:
        raise ValueError("the order of the channels in a block is that of one colour")
    parameters = {name: jnp.array(array) for name, array in workload.network().items()}
    label = jnp.array(arrays["label"].astype(np.int32))
    return parameters, label, network_of(workload.about, jnp.array(arrays["frequencies"]))


def training(workload, variant):
    about = workload.about
    parameters, label, apply = opened(workload)
    rate, beta2, decay = about["learningRate"], about["beta2"], about["averageDecay"]
    map_ = jax.tree_util.tree_map

    def loss_at(p, x, v, sigma, own):
        level = sigma[:, None]
        skip, out, scale = scales(about, level)
        noisy = x + level * v
        target = (x - skip * noisy) / out
        return jnp.mean(jnp.square(apply(p, scale * noisy, jnp.log(sigma) / 4, own) - target))

    @partial(jax.jit, donate_argnums=(0, 1, 2, 3))
    def advance(p, mean, squared, average, t, weight, batch):
        loss, gradient = jax.value_and_grad(loss_at)(p, *batch)
        mean = map_(lambda m, g: BETA1 * m + (1 - BETA1) * g, mean, gradient)
        squared = map_(lambda s, g: beta2 * s + (1 - beta2) * g * g, squared, gradient)

        def moved(value, m, s):
            return value - rate * (m / (1 - BETA1**t)) / (jnp.sqrt(s / (1 - beta2**t)) + 1e-8)

        p = map_(moved, p, mean, squared)
        return loss, p, mean, squared, map_(lambda a, value: a + weight * (value - a), average, p)

    zeros = lambda: map_(jnp.zeros_like, parameters)
    state = [jnp.array(jnp.nan), parameters, zeros(), zeros(), map_(jnp.copy, parameters)]
    arrays = [jnp.array(workload.arrays[name]) for name in ("x", "v", "sigma")]
    batches = [tuple(array[i] for array in (*arrays, label)) for i in range(BATCHES)]
    steps = [0]

    def step(i):
        steps[0] += 1
        # Exact to rounding, where 1 − decayᵗ in float32 is not.
        weight = (1 - decay) / (1 - decay ** steps[0])
        state[:] = advance(*state[1:], np.float32(steps[0]), np.float32(weight), batches[i])

    def loss():
        jax.block_until_ready(state)
        return float(state[0])

    def norms():
        # The mean of the gradients after the first step is a tenth of the gradient.
        return [10 * norm(np.asarray(state[2][name])) for name in workload.network()]

    return Training(step, loss, norms, lambda: float(jax.jit(loss_at)(state[4], *batches[0])))


def sampling(workload, variant):
    about = workload.about
    parameters, label, apply = opened(workload)
    start, sigmas = jnp.array(workload.arrays["x"]), about["sigmas"]
    levels = jnp.array(sigmas, dtype=jnp.float32)

    def denoised(x, sigma):
        skip, out, scale = scales(about, sigma)
        return skip * x + out * apply(parameters, scale * x, jnp.full((len(x),), jnp.log(sigma) / 4), label)

    def slope(x, sigma):
        return (x - denoised(x, sigma)) / sigma

    @jax.jit
    def walk(x):
        def heun(x, pair):
            now, then = pair
            k = slope(x, now)
            return x + (then - now) / 2 * (k + slope(x + (then - now) * k, then)), None

        x, _ = jax.lax.scan(heun, x, (levels[:-2], levels[1:-1]))
        return denoised(x, levels[-2])  # the step to 0, whose end is what it denoises

    def sample():
        return jax.block_until_ready(walk(start))

    def check():
        return {"values": [mean_square(x) for x in (denoised(start, levels[0]), sample())]}

    return Repeated(check, sample)
