"""W11 by PyTorch, as its users write it. Variants: `double-backward`, the product vᵀJ by torch.autograd.grad with
create_graph; `jvp`, Jv by torch.func.jvp; `compiled`, the gradient of the loss with the latter by
torch.func under torch.compile, which needs a C++ compiler and refuses double backward. A number behind a colon is that of
the threads: `jvp:1`."""

import copy
import time

import torch
from torch.func import functional_call, grad, jvp

import job
from torch_score import ScoreNetwork


def by_double_backward(network, x, sigma, probe):
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        s = network(x, sigma)
        (pulled,) = torch.autograd.grad((s * probe).sum(), x, create_graph=True)
    return s, pulled


def by_jvp(network, x, sigma, probe):
    return jvp(lambda y: network(y, sigma), (x,), (probe,))


def loss_by(push):
    def sliced_loss(network, x, sigma, probe):
        """The mean of σ²(vᵀJv + ½‖s‖²): sliced score matching with reduced variance (Song et al. 2019, eq. 9)."""
        s, product = push(network, x, sigma, probe)
        return (sigma**2 * ((probe * product).sum(1) + 0.5 * (s**2).sum(1))).mean()

    return sliced_loss


def backward(loss_of):
    return lambda network, *draws: loss_of(network, *draws).backward()


def compiled_backward(loss_of):
    def loss_at(parameters, network, *draws):
        return loss_of(lambda x, sigma: functional_call(network, parameters, (x, sigma)), *draws)

    gradient_of = torch.compile(grad(loss_at))

    def into_parameters(network, *draws):
        parameters = dict(network.named_parameters())
        gradient = gradient_of({name: value.detach() for name, value in parameters.items()}, network, *draws)
        for name, value in parameters.items():
            value.grad = gradient[name]

    return into_parameters


def blurred(x, sigmas):
    """Noisy points, a level for each, all in their proportions, and Rademacher probes."""
    n = len(x)
    fraction = torch.remainder(torch.rand(()) + torch.arange(n) / n, 1)
    sigma = sigmas[(len(sigmas) * fraction).long().clamp(max=len(sigmas) - 1)]
    probe = torch.randint(0, 2, x.shape) * 2.0 - 1
    return x + sigma[:, None] * torch.randn(x.shape), sigma, probe


def train(network, about, loss_of, backward_of):
    """The moving average of the parameters that is best on rows kept aside, and its losses on the way."""
    sigmas, rows = torch.tensor(about["sigmas"]), torch.tensor(about["rows"])
    rows = rows[torch.randperm(len(rows))]
    held = round(about["validation"] * len(rows))
    held_out, rest = rows[:held], rows[held:]
    # The same noise at every validation.
    validation = blurred(held_out[torch.arange(about["validationDraws"]) % held], sigmas)
    parameters = list(network.parameters())
    adam = torch.optim.Adam(parameters, lr=about["rates"]["first"])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, about["steps"], about["rates"]["last"])
    average, decay = copy.deepcopy(network).requires_grad_(False), about["ema"]
    losses, best = [], None

    def validate(step):
        nonlocal best
        with torch.no_grad():
            loss = loss_of(average, *validation).item()
        if all(loss < other for _, other in losses):
            best = copy.deepcopy(average)
        losses.append((step, loss))

    validate(0)
    for step in range(1, about["steps"] + 1):
        batch = rest[torch.randint(len(rest), (about["batch"],))]
        adam.zero_grad()
        backward_of(network, *blurred(batch, sigmas))
        torch.nn.utils.clip_grad_norm_(parameters, about["clipNorm"])
        adam.step()
        schedule.step()
        with torch.no_grad():
            # Not drawn to the start, of which the average keeps nothing.
            weight = (1 - decay) / (1 - decay**step)
            torch._foreach_lerp_(list(average.parameters()), parameters, weight)
        if step % about["validateEvery"] == 0:
            validate(step)
    return best, losses


@torch.inference_mode()
def sample(network, about):
    """Annealed Langevin dynamics (Song & Ermon 2019), from level to level by Heun's method along the probability flow."""
    count, steps, size = (about["sampling"][name] for name in ("count", "stepsPerLevel", "stepSize"))

    def score(x, sigma):
        return network(x, torch.full((count,), sigma))

    sigmas = about["sigmas"]
    spread = torch.sqrt(network.deviation**2 + sigmas[0] ** 2)
    x = torch.tensor(about["center"]) + spread * torch.randn(count, len(spread))
    for before, sigma in zip([None, *sigmas], sigmas):
        if before is not None:
            slope = -before * score(x, before)
            end = x + (sigma - before) * slope
            x = x + (sigma - before) / 2 * (slope - sigma * score(end, sigma))
        epsilon = size * sigma**2
        for _ in range(steps):
            x = x + 0.5 * epsilon * score(x, sigma) + epsilon**0.5 * torch.randn_like(x)
    x = (x + sigmas[-1] ** 2 * score(x, sigmas[-1])) @ network.axes.T
    units = about["standardization"]
    return x * torch.tensor(units["deviation"]) + torch.tensor(units["mean"])


def main():
    about = job.task()
    form, _, threads = job.variant().partition(":")
    if threads:
        torch.set_num_threads(int(threads))
    torch.manual_seed(about["seed"])
    loss_of = loss_by(by_double_backward if form == "double-backward" else by_jvp)
    backward_of = (compiled_backward if form == "compiled" else backward)(loss_of)
    network = ScoreNetwork(about, torch.tensor(about["deviation"]), torch.tensor(about["axes"]))
    best, losses = train(network, about, loss_of, backward_of)
    trained = time.perf_counter()
    samples = sample(best, about)
    drawn = time.perf_counter()
    check = [torch.tensor(about["check"][name], dtype=torch.float32) for name in ("x", "sigma", "probe")]
    layers = [(layer.weight.T.numpy(), layer.bias.numpy()) for layer in best.layers]
    job.report(layers, loss_of(best, *check).item(), losses, samples.numpy(), trained, drawn)


main()
