"""The U-Net of images by PyTorch, channels last: its training step, and sampling by Heun's method."""

import math

import torch
from torch.nn.functional import avg_pool2d, conv2d, group_norm, interpolate, linear, pixel_shuffle, pixel_unshuffle, silu

from protocol import BATCHES, Repeated, Training, mean_square, norm
from torch_adam import adam_of

GROUP = 8


def parameter_of(name, array):
    """Kernels [h, w, in, out] become [out, in, h, w]; weights [in, out] become [out, in]; positions [c, h, w]."""
    value = torch.from_numpy(array)
    if name.endswith(".kernel"):
        return value.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)
    if name.endswith(".weight"):
        return value.T.contiguous()
    return value.permute(2, 0, 1).contiguous() if name.startswith("positions.") else value


def dense(p, name, x):
    return linear(x, p[f"{name}.weight"], p[f"{name}.bias"])


def conv(p, name, x):
    kernel = p[f"{name}.kernel"]
    return conv2d(x, kernel, p[f"{name}.bias"], padding=kernel.shape[-1] // 2)


def normalized(x):
    channels = x.shape[1]
    return group_norm(x, channels // GROUP if channels % GROUP == 0 else 1)


def residual(p, name, x, told):
    h = normalized(conv(p, f"{name}.first", silu(normalized(x))))
    scale, shift = dense(p, f"{name}.modulation", told)[:, :, None, None].chunk(2, dim=1)
    skip = conv(p, f"{name}.skip.0", x) if f"{name}.skip.0.kernel" in p else x
    return skip + conv(p, f"{name}.second", silu(h * (1 + scale) + shift))


def mix(p, x):
    lines = normalized(x).flatten(2)
    return x + dense(p, "mix.gather", silu(dense(p, "mix.spread", lines))).view(x.shape)


def embedding(p, frequencies, noise, label):
    phases = 2 * math.pi * noise[:, None] * frequencies
    hidden = silu(dense(p, "embedding.first", torch.cat([phases.cos(), phases.sin()], 1)))
    return silu(dense(p, "embedding.second", hidden) + p["embedding.classes.0.table"][label])


def network_of(about, frequencies):
    """F(y, ln(σ)/4, class) on rows [n, pixels]."""
    network = about["network"]
    (height, width, colours), block = network["image"], network["block"]
    stages = len(network["channels"])

    def apply(p, y, noise, label):
        told = embedding(p, frequencies, noise, label)
        images = y.view(-1, height, width, colours).permute(0, 3, 1, 2)
        x = conv(p, "input", pixel_unshuffle(images, block).contiguous(memory_format=torch.channels_last))
        seen = []
        for i in range(stages):
            if i > 0:
                seen.append(x)
                x = avg_pool2d(x, 2)
            x = residual(p, f"down.{i}", x + p[f"positions.{i}"], told)
        x = residual(p, "middle", mix(p, x), told)
        for i, skip in enumerate(reversed(seen)):
            below = interpolate(conv(p, f"up.{i}.narrow", x), scale_factor=2, mode="nearest")
            x = residual(p, f"up.{i}.residual", below + skip, told)
        blocks = conv(p, "output", silu(normalized(x)))
        return pixel_shuffle(blocks, block).permute(0, 2, 3, 1).reshape(y.shape)

    return apply


def scales(about, sigma):
    """c_skip, c_out and c_in of Karras et al. 2022, table 1."""
    deviation = about["network"]["dataDeviation"]
    spread = (sigma**2 + deviation**2) ** 0.5
    return (deviation / spread) ** 2, sigma * deviation / spread, 1 / spread


def opened(workload, form):
    arrays = workload.arrays
    if workload.about["network"]["image"][2] != 1:
        raise ValueError("the order of the channels in a block is that of one colour")
    parameters = {name: parameter_of(name, array) for name, array in workload.network().items()}
    label = torch.from_numpy(arrays["label"]).long()
    apply = network_of(workload.about, torch.from_numpy(arrays["frequencies"]))
    return parameters, label, torch.compile(apply) if form == "compiled" else apply


def training(workload, form):
    about = workload.about
    parameters, label, apply = opened(workload, form)
    leaves = [value.requires_grad_() for value in parameters.values()]
    adam, note = adam_of(leaves, about["learningRate"], about["beta2"])
    average = {name: value.detach().clone() for name, value in parameters.items()}
    x, v, sigma = (torch.from_numpy(workload.arrays[name]) for name in ("x", "v", "sigma"))
    decay, state = about["averageDecay"], {"steps": 0, "loss": torch.tensor(float("nan"))}

    def loss_at(p, i):
        level = sigma[i][:, None]
        skip, out, scale = scales(about, level)
        noisy = x[i] + level * v[i]
        target = (x[i] - skip * noisy) / out
        return (apply(p, scale * noisy, sigma[i].log() / 4, label[i]) - target).square().mean()

    def step(i):
        adam.zero_grad(set_to_none=True)
        loss = loss_at(parameters, i)
        loss.backward()
        adam.step()
        state["steps"] += 1
        with torch.no_grad():
            weight = (1 - decay) / (1 - decay ** state["steps"])
            torch._foreach_lerp_(list(average.values()), leaves, weight)
        state["loss"] = loss.detach()

    def norms():
        return [norm(leaf.grad.numpy()) for leaf in leaves]

    def average_loss():
        with torch.no_grad():
            return float(loss_at(average, 0))

    return Training(step, lambda: float(state["loss"]), norms, average_loss), note


def sampling(workload, form):
    about = workload.about
    parameters, label, apply = opened(workload, form)
    start, sigmas = torch.from_numpy(workload.arrays["x"]), about["sigmas"]

    def denoised(x, sigma):
        skip, out, scale = scales(about, sigma)
        noise = torch.full((len(x),), math.log(sigma) / 4)
        return skip * x + out * apply(parameters, scale * x, noise, label)

    def slope(x, sigma):
        return (x - denoised(x, sigma)) / sigma

    @torch.inference_mode()
    def sample():
        x = start
        for now, then in zip(sigmas, sigmas[1:]):
            k = slope(x, now)
            end = x + (then - now) * k
            x = end if then == 0 else x + (then - now) / 2 * (k + slope(end, then))
        return x

    @torch.inference_mode()
    def check():
        return {"values": [mean_square(x.numpy()) for x in (denoised(start, sigmas[0]), sample())]}

    return Repeated(check, sample)
