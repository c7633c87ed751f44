"""Adam as PyTorch has it for the CPU."""

import torch


def adam_of(parameters, rate, beta2=0.999):
    """Adam in its fused form where this PyTorch has it for the CPU."""
    about = {"lr": rate, "betas": (0.9, beta2), "eps": 1e-8}
    try:
        return torch.optim.Adam(parameters, fused=True, **about), "Adam fused"
    except (RuntimeError, TypeError, ValueError):
        return torch.optim.Adam(parameters, **about), "Adam by parameter"
