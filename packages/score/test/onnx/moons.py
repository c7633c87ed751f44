"""Trains a score network on the data set "moons" with PyTorch, by denoising, and exports it.

Made with torch 2.13.0, onnx 1.23.1, onnxscript 0.7.2:
    python moons.py
"""

import math
import pathlib

import onnx
import torch
from torch import nn

LEVELS = (0.1, 3.0)
FILE = pathlib.Path(__file__).parent / "moons.onnx"


def moons(n):
    """Two half circles with noise, as in @scoretape/score: data.moons."""
    angle = math.pi * torch.rand(n)
    upper = torch.stack([torch.cos(angle), torch.sin(angle)], -1)
    lower = torch.stack([1 - torch.cos(angle), 0.5 - torch.sin(angle)], -1)
    points = torch.where((torch.rand(n) < 0.5)[:, None], upper, lower)
    return 2 * points + torch.tensor([-1.0, -0.2]) + 0.2 * torch.randn(n, 2)


class Score(nn.Module):
    """s(x, sigma) = net([x / sqrt(4 + sigma^2), waves of log sigma]) / sigma."""

    def __init__(self, width=64):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(2 + 5, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 2)
        )

    def forward(self, x, sigma):
        sigma = sigma[:, None]
        t = torch.log(sigma)
        waves = torch.cat([t, torch.sin(t), torch.cos(t), torch.sin(2 * t), torch.cos(2 * t)], dim=-1)
        return self.net(torch.cat([x / torch.sqrt(4 + sigma**2), waves], dim=-1)) / sigma


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    net = Score()
    steps = 8000
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    average = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.999))
    low, high = map(math.log, LEVELS)
    for _ in range(steps):
        sigma = torch.exp(low + (high - low) * torch.rand(512))
        z = torch.randn(512, 2)
        loss = ((sigma[:, None] * net(moons(512) + sigma[:, None] * z, sigma) + z) ** 2).sum(-1).mean() / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        average.update_parameters(net)
    batch = torch.export.Dim("batch")
    torch.onnx.export(
        average.module.eval(),
        (torch.zeros(2, 2), torch.ones(2)),
        FILE,
        input_names=["x", "sigma"],
        output_names=["score"],
        dynamic_shapes=[{0: batch}, {0: batch}],
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    model = onnx.load(FILE)
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for part in [*model.graph.input, *model.graph.output, *model.graph.initializer, model.graph, model]:
        del part.metadata_props[:]
    del model.graph.value_info[:]
    onnx.save_model(model, FILE)
