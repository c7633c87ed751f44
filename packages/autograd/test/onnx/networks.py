"""Makes the score networks of the tests: PyTorch's networks as models of ONNX, with inputs and what PyTorch computes.

Made with torch 2.13.0, onnx 1.23.1, onnxscript 0.7.2:
    python networks.py
"""

import json
import math
import pathlib
import warnings

import onnx
import torch
from torch import nn

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path(__file__).parent / "fixtures"
BATCH = torch.export.Dim("batch")
records = []


class Fourier(nn.Module):
    """Sines and cosines of log sigma at some frequencies, then a perceptron."""

    def __init__(self, width, out):
        super().__init__()
        self.register_buffer("frequencies", torch.exp(torch.linspace(0, math.log(10), width // 2)))
        self.dense = nn.Linear(width, out)

    def forward(self, sigma):
        angles = torch.log(sigma)[:, None] * self.frequencies
        return nn.functional.silu(self.dense(torch.cat([torch.sin(angles), torch.cos(angles)], dim=-1)))


class Perceptron(nn.Module):
    """s(x, sigma) = net([x, embedding of sigma]) / sigma."""

    def __init__(self):
        super().__init__()
        self.embed = Fourier(8, 16)
        self.net = nn.Sequential(
            nn.Linear(2 + 16, 32), nn.SiLU(), nn.LayerNorm(32), nn.Linear(32, 32), nn.GELU(), nn.Linear(32, 2)
        )

    def forward(self, x, sigma):
        return self.net(torch.cat([x, self.embed(sigma)], dim=-1)) / sigma[:, None]


class Convolutional(nn.Module):
    """A score of images [n, 1, 8, 8] that a batch normalisation and an even kernel pass by."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.middle = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=2)
        self.down = nn.Conv2d(8, 12, 4, stride=2, padding=1)
        self.up = nn.ConvTranspose2d(12, 8, 4, stride=2, padding=1)
        self.last = nn.Conv2d(8, 1, 3, padding="same")

    def forward(self, x):
        h = nn.functional.elu(self.norm(self.first(x)))
        h = h + nn.functional.leaky_relu(self.middle(h))
        h = nn.functional.softplus(self.up(torch.tanh(self.down(h))))
        return self.last(h)


class Attention(nn.Module):
    def __init__(self, channels, heads):
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(2, channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        n, c, h, w = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(n, 3, self.heads, c // self.heads, h * w).unbind(1)
        weights = torch.softmax(q.transpose(-1, -2) @ k / math.sqrt(c // self.heads), dim=-1)
        mixed = (v @ weights.transpose(-1, -2)).reshape(n, c, h, w)
        return x + self.out(mixed)


class Residual(nn.Module):
    def __init__(self, channels, out, embedding):
        super().__init__()
        self.norm = nn.GroupNorm(2, channels)
        self.first = nn.Conv2d(channels, out, 3, padding=1)
        self.shift = nn.Linear(embedding, out)
        self.second = nn.Conv2d(out, out, 3, padding=1)
        self.skip = nn.Conv2d(channels, out, 1) if channels != out else nn.Identity()

    def forward(self, x, e):
        h = self.first(nn.functional.silu(self.norm(x))) + self.shift(e)[:, :, None, None]
        return self.skip(x) + self.second(nn.functional.mish(h))


class Unet(nn.Module):
    """A score of images [n, 1, 8, 8] at noise levels: one level down, attention there, and up again."""

    def __init__(self):
        super().__init__()
        self.embed = Fourier(8, 16)
        self.first = nn.Conv2d(1, 4, 3, padding=1)
        self.before = Residual(4, 4, 16)
        self.down = nn.Conv2d(4, 8, 3, stride=2, padding=1)
        self.middle = Residual(8, 8, 16)
        self.attention = Attention(8, 2)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.after = Residual(12, 4, 16)
        self.norm = nn.GroupNorm(2, 4)
        self.last = nn.Conv2d(4, 1, 3, padding=1)

    def forward(self, x, sigma):
        e = self.embed(sigma)
        h = self.before(self.first(x), e)
        low = self.attention(self.middle(self.down(h), e))
        merged = torch.cat([self.up(low), h], dim=1)
        y = self.last(nn.functional.silu(self.norm(self.after(merged, e))))
        return (nn.functional.avg_pool2d(nn.functional.pad(y, (1, 1, 1, 1), mode="reflect"), 3, 1) - y) / sigma[:, None, None, None]


def kept(x):
    return {"shape": list(x.shape), "data": [float(f"{value:.12g}") for value in x.detach().reshape(-1).tolist()]}


def make(name, net, *inputs):
    """The network by both exporters, its inputs, its results, and vjps of parameters and inputs, at a batch of 3."""
    torch.manual_seed(0)
    net = net()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
        for key, buffer in net.named_buffers():
            if "running" in key:
                buffer.add_(0.3 * torch.rand_like(buffer))
    net.eval()
    names = ["x", "sigma"][: len(inputs)]
    double = net.double()
    at = [x.double().requires_grad_(True) for x in inputs]
    y = double(*at)
    weights = torch.cos(torch.arange(y.numel()).double()).reshape(y.shape)
    gradients = torch.autograd.grad((weights * y).sum(), at + list(double.parameters()))
    record = {
        "name": name,
        "inputs": [kept(x) for x in inputs],
        "output": kept(y),
        # Of the sum of outputs times cos 0, cos 1, ...: by the inputs, and of each parameter the norm.
        "gradients": [kept(g) for g in gradients[: len(at)]],
        "norms": {key: float(g.norm()) for (key, _), g in zip(double.named_parameters(), gradients[len(at) :])},
    }
    net.float()
    records.append(json.dumps(record, separators=(",", ":")))
    torch.onnx.export(
        net,
        inputs,
        FOLDER / f"{name}.dynamo.onnx",
        input_names=names,
        output_names=["score"],
        dynamic_shapes=[{0: BATCH} for _ in inputs],
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    torch.onnx.export(
        net,
        inputs,
        FOLDER / f"{name}.script.onnx",
        input_names=names,
        output_names=["score"],
        dynamic_axes={key: {0: "batch"} for key in [*names, "score"]},
        dynamo=False,
        opset_version=17,
    )


    for file in FOLDER.glob(f"{name}.*.onnx"):
        strip(file)


def strip(file):
    """Leaves out where in Python a node comes from, which is most of the file."""
    model = onnx.load(file)
    model.graph.doc_string = ""
    for part in [*model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output, model.graph, model]:
        if hasattr(part, "metadata_props"):
            del part.metadata_props[:]
        part.doc_string = ""
    del model.graph.value_info[:]
    onnx.checker.check_model(model, full_check=True)
    onnx.save_model(model, file)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    torch.manual_seed(1)
    sigma = torch.tensor([0.3, 1.0, 2.5])
    make("perceptron", Perceptron, torch.randn(3, 2), sigma)
    make("convolutional", Convolutional, torch.randn(3, 1, 8, 8))
    make("unet", Unet, torch.randn(3, 1, 8, 8), sigma)
    (FOLDER / "networks.jsonl").write_text("\n".join(records) + "\n")
