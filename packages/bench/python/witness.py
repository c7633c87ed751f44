"""Trains the network of a task by PyTorch, as `scoretape train` does: python witness.py TASK RESULT, two files of the
safetensors format. The task has the rows, their normal distribution, the step sizes and points; the result has the
parameters, [inputs, outputs] and [outputs] of each layer, and the scores that they give the points."""

import json
import sys

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch.nn.functional import gelu

VALIDATE_EVERY = 100
VALIDATION_DRAWS = 8192


class ScoreNetwork(torch.nn.Module):
    """s(x, σ) by way of a denoiser (Karras et al. 2022), in coordinates along the principal axes of the data."""

    def __init__(self, about, deviation, axes):
        super().__init__()
        self.about, self.deviation, self.axes = about, deviation, axes
        d = deviation.shape[0]
        inputs = d * (1 + 2 * len(about["waves"])) + 1 + 2 * about["frequencies"]
        widths = [inputs, *about["hidden"], d]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        for layer in self.layers:
            torch.nn.init.xavier_uniform_(layer.weight)
            torch.nn.init.zeros_(layer.bias)
        torch.nn.init.zeros_(self.layers[-1].weight)

    def perceptron(self, y, level):
        def waves(x, frequencies):
            phases = torch.cat([frequency * x for frequency in frequencies], 1)
            return [torch.sin(phases), torch.cos(phases)]

        value = torch.cat(
            [
                y,
                level,
                *waves(level, [2.0 ** (k - 1) for k in range(self.about["frequencies"])]),
                *(waves(y @ self.axes.T, self.about["waves"]) if self.about["waves"] else []),
            ],
            1,
        )
        for layer in self.layers[:-1]:
            value = gelu(layer(value))
        return self.layers[-1](value)

    def forward(self, x, sigma):
        level = sigma[:, None]
        spread = torch.sqrt(self.deviation**2 + level**2)
        y = x / spread
        reach = self.about["reach"] ** 2 * x.shape[1]
        fade = 1 + ((y**2).sum(1, keepdim=True) / reach) ** 2
        learned = self.deviation * self.perceptron(y, torch.log(level)) / fade / level
        return (learned - y) / spread


def denoising_loss(network, x, sigmas, generator):
    """The mean over the rows of σ²·½‖s(x + σz, σ) + z/σ‖², all levels in their proportions."""
    n = x.shape[0]
    u = torch.rand((), generator=generator)
    fraction = torch.remainder(u + torch.arange(n) / n, 1)
    sigma = sigmas[(len(sigmas) * fraction).long().clamp(max=len(sigmas) - 1)]
    noise = torch.randn(x.shape, generator=generator)
    residual = sigma[:, None] * network(x + sigma[:, None] * noise, sigma) + noise
    return 0.5 * (residual**2).sum(1).mean()


def copies(parameters):
    return [parameter.detach().clone() for parameter in parameters]


def train(network, about, rows, rates):
    generator = torch.Generator().manual_seed(about["seed"])
    sigmas = torch.tensor(about["sigmas"])
    order = torch.randperm(rows.shape[0], generator=generator)
    held = round(about["validation"] * rows.shape[0])
    validation, training = rows[order[:held]], rows[order[held:]]
    parameters = list(network.parameters())
    adam = torch.optim.Adam(parameters, lr=rates[0])
    average, best = copies(parameters), (float("inf"), [])

    @torch.no_grad()
    def validation_loss():
        own = copies(parameters)
        load(parameters, average)
        same = torch.Generator().manual_seed(about["seed"] + 1)
        draws = max(1, round(VALIDATION_DRAWS / held))
        total = sum(float(denoising_loss(network, validation, sigmas, same)) for _ in range(draws))
        load(parameters, own)
        return total / draws

    for step, rate in enumerate(rates, 1):
        for group in adam.param_groups:
            group["lr"] = rate
        batch = training[torch.randint(training.shape[0], (about["batch"],), generator=generator)]
        adam.zero_grad()
        denoising_loss(network, batch, sigmas, generator).backward()
        torch.nn.utils.clip_grad_norm_(parameters, about["clipNorm"])
        adam.step()
        weight = (1 - about["ema"]) / (1 - about["ema"] ** step)
        for mean, parameter in zip(average, parameters):
            mean.lerp_(parameter.detach(), weight)
        if step % VALIDATE_EVERY == 0 or step == len(rates):
            loss = validation_loss()
            if loss < best[0]:
                best = (loss, copies(average))
    load(parameters, best[1])


def load(parameters, values):
    with torch.no_grad():
        for parameter, value in zip(parameters, values):
            parameter.copy_(value)


def main(task, result):
    torch.set_num_threads(1)
    with safe_open(task, framework="pt") as file:
        about = json.loads(file.metadata()["about"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}
    torch.manual_seed(about["seed"])
    network = ScoreNetwork(about, arrays["deviation"], arrays["axes"])
    train(network, about, arrays["rows"], arrays["rates"].tolist())
    found = {}
    for i, layer in enumerate(network.layers):
        found[f"weight{i}"] = layer.weight.detach().T.contiguous()
        found[f"bias{i}"] = layer.bias.detach().contiguous()
    with torch.no_grad():
        found["scores"] = network(arrays["points"], arrays["levels"])
    save_file(found, result)


main(*sys.argv[1:])
