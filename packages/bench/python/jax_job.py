"""W11 by JAX on the CPU, as its users write it: a program of all steps from one validation to the next by lax.scan, one
of a validation, one of the sampling. Variants: `jit`; `jit:1`, the same on one thread."""

import os
import sys
import time

os.environ["JAX_PLATFORMS"] = "cpu"
# Before JAX is imported: the number of threads is fixed when its CPU client starts.
if sys.argv[2].endswith(":1"):
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import jax
import jax.numpy as jnp
import numpy as np

import job

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
map_ = jax.tree_util.tree_map


def init(about, key):
    d = len(about["deviation"])
    inputs = d * (1 + 2 * len(about["waves"])) + 1 + 2 * about["frequencies"]
    widths = [inputs, *about["hidden"], d]
    glorot = jax.nn.initializers.glorot_uniform()
    keys = jax.random.split(key, len(widths) - 1)
    layers = [(glorot(k, (a, b)), jnp.zeros(b)) for k, a, b in zip(keys, widths, widths[1:])]
    layers[-1] = map_(jnp.zeros_like, layers[-1])
    return layers


def waves(x, frequencies):
    phases = (frequencies[:, None] * x[:, None, :]).reshape(len(x), -1)
    return [jnp.sin(phases), jnp.cos(phases)]


def score_of(about):
    """s(x, σ) by way of a denoiser (Karras et al. 2022), in coordinates along the principal axes of the data."""
    deviation, axes = jnp.array(about["deviation"]), jnp.array(about["axes"])
    of_level, of_coordinates = 2.0 ** (jnp.arange(about["frequencies"]) - 1), jnp.array(about["waves"])

    def score(layers, x, sigma):
        level = sigma[:, None]
        spread = jnp.sqrt(deviation**2 + level**2)
        y = x / spread
        seen = waves(y @ axes.T, of_coordinates) if len(of_coordinates) > 0 else []
        value = jnp.concatenate([y, jnp.log(level), *waves(jnp.log(level), of_level), *seen], 1)
        for weight, bias in layers[:-1]:
            value = jax.nn.gelu(value @ weight + bias, approximate=False)
        weight, bias = layers[-1]
        fade = 1 + (jnp.sum(y**2, 1, keepdims=True) / (about["reach"] ** 2 * x.shape[1])) ** 2
        return (deviation * (value @ weight + bias) / fade / level - y) / spread

    return score


def loss_by(score):
    def sliced_loss(layers, x, sigma, probe):
        """The mean of σ²(vᵀJv + ½‖s‖²): sliced score matching with reduced variance (Song et al. 2019, eq. 9)."""
        s, product = jax.jvp(lambda y: score(layers, y, sigma), (x,), (probe,))
        return jnp.mean(sigma**2 * (jnp.sum(probe * product, 1) + 0.5 * jnp.sum(s**2, 1)))

    return sliced_loss


def blurred(key, x, sigmas):
    """Noisy points, a level for each, all in their proportions, and Rademacher probes."""
    n = len(x)
    of_level, of_noise, of_probe = jax.random.split(key, 3)
    fraction = (jax.random.uniform(of_level) + jnp.arange(n) / n) % 1
    sigma = sigmas[(len(sigmas) * fraction).astype(int)]
    probe = jax.random.rademacher(of_probe, x.shape, x.dtype)
    return x + sigma[:, None] * jax.random.normal(of_noise, x.shape), sigma, probe


def train(about, loss_of, key):
    """The moving average of the parameters that is best on rows kept aside, and its losses on the way."""
    of_split, of_start, of_validation, of_steps = jax.random.split(key, 4)
    sigmas, rows = jnp.array(about["sigmas"]), jax.random.permutation(of_split, jnp.array(about["rows"]))
    held = round(about["validation"] * len(rows))
    held_out, rest = rows[:held], rows[held:]
    # The same noise at every validation.
    validation = blurred(of_validation, held_out[jnp.arange(about["validationDraws"]) % held], sigmas)
    first, last, decay = about["rates"]["first"], about["rates"]["last"], about["ema"]

    def step(state, number):
        layers, mean, squared, average = state
        of_rows, of_noise = jax.random.split(jax.random.fold_in(of_steps, number))
        batch = rest[jax.random.randint(of_rows, (about["batch"],), 0, len(rest))]
        loss, gradient = jax.value_and_grad(loss_of)(layers, *blurred(of_noise, batch, sigmas))
        norm = jnp.sqrt(sum(jnp.sum(g**2) for g in jax.tree_util.tree_leaves(gradient)))
        gradient = map_(lambda g: g * jnp.minimum(1, about["clipNorm"] / norm), gradient)
        mean = map_(lambda m, g: BETA1 * m + (1 - BETA1) * g, mean, gradient)
        squared = map_(lambda v, g: BETA2 * v + (1 - BETA2) * g**2, squared, gradient)
        rate = last + (first - last) * (1 + jnp.cos(jnp.pi * number / about["steps"])) / 2
        t = number + 1

        def moved(value, m, v):
            return value - rate * (m / (1 - BETA1**t)) / (jnp.sqrt(v / (1 - BETA2**t)) + EPSILON)

        layers = map_(moved, layers, mean, squared)
        # Not drawn to the start, of which the average keeps nothing.
        weight = (1 - decay) / -jnp.expm1(t * np.log(decay))
        average = map_(lambda a, value: a + weight * (value - a), average, layers)
        return (layers, mean, squared, average), loss

    @jax.jit
    def block(state, numbers):
        return jax.lax.scan(step, state, numbers)

    loss_at_average = jax.jit(lambda average: loss_of(average, *validation))
    layers = init(about, of_start)
    state = (layers, map_(jnp.zeros_like, layers), map_(jnp.zeros_like, layers), layers)
    every = about["validateEvery"]
    best, losses = layers, [(0, float(loss_at_average(layers)))]
    for start in range(0, about["steps"], every):
        state, _ = block(state, jnp.arange(start, start + every))
        loss = float(loss_at_average(state[3]))
        if all(loss < other for _, other in losses):
            best = state[3]
        losses.append((start + every, loss))
    return best, losses


def sampler(about, score):
    """Annealed Langevin dynamics (Song & Ermon 2019), from level to level by Heun's method along the probability flow."""
    count, steps, size = (about["sampling"][name] for name in ("count", "stepsPerLevel", "stepSize"))
    sigmas, deviation = jnp.array(about["sigmas"]), jnp.array(about["deviation"])

    @jax.jit
    def sample(layers, key):
        def at(x, sigma):
            return score(layers, x, jnp.full((count,), sigma))

        def langevin(x, sigma, key):
            epsilon = size * sigma**2

            def step(i, x):
                noise = jax.random.normal(jax.random.fold_in(key, i), x.shape)
                return x + 0.5 * epsilon * at(x, sigma) + jnp.sqrt(epsilon) * noise

            return jax.lax.fori_loop(0, steps, step, x)

        def level(x, way):
            before, sigma, key = way
            slope = -before * at(x, before)
            end = x + (sigma - before) * slope
            x = x + (sigma - before) / 2 * (slope - sigma * at(end, sigma))
            return langevin(x, sigma, key), None

        keys = jax.random.split(key, len(sigmas) + 1)
        spread = jnp.sqrt(deviation**2 + sigmas[0] ** 2)
        x = jnp.array(about["center"]) + spread * jax.random.normal(keys[0], (count, len(deviation)))
        x = langevin(x, sigmas[0], keys[1])
        x, _ = jax.lax.scan(level, x, (sigmas[:-1], sigmas[1:], keys[2:]))
        x = (x + sigmas[-1] ** 2 * at(x, sigmas[-1])) @ jnp.array(about["axes"]).T
        units = about["standardization"]
        return x * jnp.array(units["deviation"]) + jnp.array(units["mean"])

    return sample


def main():
    about = job.task()
    of_training, of_sampling = jax.random.split(jax.random.key(about["seed"]))
    score = score_of(about)
    loss_of = loss_by(score)
    best, losses = train(about, loss_of, of_training)
    trained = time.perf_counter()
    samples = jax.block_until_ready(sampler(about, score)(best, of_sampling))
    drawn = time.perf_counter()
    check = [jnp.array(about["check"][name], dtype=jnp.float32) for name in ("x", "sigma", "probe")]
    layers = [(np.asarray(weight), np.asarray(bias)) for weight, bias in best]
    job.report(layers, float(loss_of(best, *check)), losses, np.asarray(samples), trained, drawn)


main()
