"""The score network of `scoretape train` by PyTorch."""

import torch
from torch.nn.functional import gelu


def waves(x, frequencies):
    """[sin ωx, cos ωx], all columns of a frequency side by side."""
    phases = (frequencies[:, None] * x[:, None, :]).flatten(1)
    return [torch.sin(phases), torch.cos(phases)]


class ScoreNetwork(torch.nn.Module):
    """s(x, σ) by way of a denoiser (Karras et al. 2022), in coordinates along the principal axes of the data."""

    def __init__(self, about, deviation, axes):
        super().__init__()
        self.reach = about["reach"]
        self.register_buffer("deviation", deviation)
        self.register_buffer("axes", axes)
        self.register_buffer("of_level", 2.0 ** (torch.arange(about["frequencies"]) - 1))
        self.register_buffer("of_coordinates", torch.tensor(about["waves"]))
        d = deviation.shape[0]
        inputs = d * (1 + 2 * len(about["waves"])) + 1 + 2 * about["frequencies"]
        widths = [inputs, *about["hidden"], d]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        for layer in self.layers:
            torch.nn.init.xavier_uniform_(layer.weight)
            torch.nn.init.zeros_(layer.bias)
        torch.nn.init.zeros_(self.layers[-1].weight)

    def perceptron(self, y, level):
        seen = waves(y @ self.axes.T, self.of_coordinates) if len(self.of_coordinates) > 0 else []
        value = torch.cat([y, level, *waves(level, self.of_level), *seen], 1)
        for layer in self.layers[:-1]:
            value = gelu(layer(value))
        return self.layers[-1](value)

    def forward(self, x, sigma):
        level = sigma[:, None]
        spread = torch.sqrt(self.deviation**2 + level**2)
        y = x / spread
        reach = self.reach**2 * x.shape[1]
        fade = 1 + ((y**2).sum(1, keepdim=True) / reach) ** 2
        learned = self.deviation * self.perceptron(y, torch.log(level)) / fade / level
        return (learned - y) / spread
