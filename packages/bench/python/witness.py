"""Trains the network of a task by PyTorch, as `scoretape train` does: python witness.py TASK RESULT, two files of the
safetensors format. The task has the rows, their normal distribution, the step sizes and points; the result has the
parameters, [inputs, outputs] and [outputs] of each layer, and the scores that they give the points."""

import json
import sys

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from torch_score import ScoreNetwork

VALIDATE_EVERY = 100
VALIDATION_DRAWS = 8192


def denoising_loss(network, x, sigma, noise):
    """The mean over the rows of σ²·½‖s(x + σz, σ) + z/σ‖²."""
    residual = sigma[:, None] * network(x + sigma[:, None] * noise, sigma) + noise
    return 0.5 * (residual**2).sum(1).mean()


def draws(x, sigmas, generator):
    """A level for each row, all in their proportions, and noise."""
    n = x.shape[0]
    u = torch.rand((), generator=generator)
    fraction = torch.remainder(u + torch.arange(n) / n, 1)
    sigma = sigmas[(len(sigmas) * fraction).long().clamp(max=len(sigmas) - 1)]
    return sigma, torch.randn(x.shape, generator=generator)


def copies(parameters):
    return [parameter.detach().clone() for parameter in parameters]


@torch.no_grad()
def load(parameters, values):
    for parameter, value in zip(parameters, values):
        parameter.copy_(value)


class Training:
    """Clipped gradients, Adam, and a moving average of the parameters that is not drawn to the start."""

    def __init__(self, network, about):
        self.network, self.about, self.steps = network, about, 0
        self.parameters = list(network.parameters())
        self.adam = torch.optim.Adam(self.parameters)
        self.average = copies(self.parameters)

    def step(self, x, sigma, noise, rate):
        self.steps += 1
        for group in self.adam.param_groups:
            group["lr"] = rate
        self.adam.zero_grad()
        denoising_loss(self.network, x, sigma, noise).backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, self.about["clipNorm"])
        self.adam.step()
        decay = self.about["ema"]
        for mean, parameter in zip(self.average, self.parameters):
            mean.lerp_(parameter.detach(), (1 - decay) / (1 - decay**self.steps))

    @torch.no_grad()
    def loss_of_average(self, rows, sigmas):
        own = copies(self.parameters)
        load(self.parameters, self.average)
        same = torch.Generator().manual_seed(self.about["seed"] + 1)
        times = max(1, round(VALIDATION_DRAWS / rows.shape[0]))
        losses = [float(denoising_loss(self.network, rows, *draws(rows, sigmas, same))) for _ in range(times)]
        load(self.parameters, own)
        return sum(losses) / times


def train(network, about, rows, rates):
    """The average that is best on rows kept aside."""
    generator = torch.Generator().manual_seed(about["seed"])
    sigmas = torch.tensor(about["sigmas"])
    order = torch.randperm(rows.shape[0], generator=generator)
    held = round(about["validation"] * rows.shape[0])
    validation, rest = rows[order[:held]], rows[order[held:]]
    training, least, best = Training(network, about), float("inf"), []
    for step, rate in enumerate(rates, 1):
        batch = rest[torch.randint(rest.shape[0], (about["batch"],), generator=generator)]
        training.step(batch, *draws(batch, sigmas, generator), rate)
        if step % VALIDATE_EVERY == 0 or step == len(rates):
            loss = training.loss_of_average(validation, sigmas)
            if loss < least:
                least, best = loss, copies(training.average)
    return best


def first_steps(network, about, arrays, rates):
    """The average after steps whose start and draws are given."""
    starts = [arrays[f"start.{kind}{i}"] for i in range(len(network.layers)) for kind in ("weight", "bias")]
    load(network.parameters(), [start.T if start.ndim == 2 else start for start in starts])
    training = Training(network, about)
    for x, noise, rate in zip(arrays["batches"], arrays["noise"], rates):
        training.step(x, arrays["batchLevels"], noise, rate)
    return training.average


def named(name, parameters):
    """Weights and biases in turn, as [inputs, outputs] and [outputs]."""
    return {
        f"{name}.{('weight', 'bias')[i % 2]}{i // 2}": (value.T if value.ndim == 2 else value).contiguous()
        for i, value in enumerate(parameters)
    }


def main(task, result):
    torch.set_num_threads(1)
    with safe_open(task, framework="pt") as file:
        about = json.loads(file.metadata()["about"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}
    torch.manual_seed(about["seed"])
    network = ScoreNetwork(about, arrays["deviation"], arrays["axes"])
    rates = arrays["rates"].tolist()
    learned = train(network, about, arrays["rows"], rates)
    load(network.parameters(), learned)
    with torch.no_grad():
        scores = network(arrays["points"], arrays["levels"])
    first = first_steps(network, about, arrays, arrays["firstRates"].tolist())
    save_file({**named("learned", learned), **named("first", first), "scores": scores}, result)


main(*sys.argv[1:])
