"""The workloads by PyTorch.

A variant is a form, and after a colon the number of threads ("all" or a number): `by-hand:all`, `autodiff:1`.
Forms: `by-hand` writes the derivatives inside the loss down; `func` takes them with torch.func.jvp; `autodiff` takes
them with torch.autograd.grad and create_graph; `compiled` is `by-hand` under torch.compile, which needs a C++ compiler.
All take the gradient of the loss with backward().
"""

import torch
from torch.func import grad as func_grad
from torch.func import jvp, vmap
from torch.nn.functional import softplus

import torch_unet
from torch_adam import adam_of
from protocol import BATCHES, Repeated, Training, column_variances, mean_square, norm, product_values, serve


def apply_net(layers, x):
    for i, (weight, bias) in enumerate(layers):
        x = torch.addmm(bias, x, weight)
        if i < len(layers) - 1:
            x = softplus(x)
    return x


def dot(x, y):
    return (x * y).sum(-1)


# s(x), and rows whose products with v are vᵀJ(x)v: Jv or Jᵀv.


def push_score_by_hand(layers, x, v):
    value, tangent = x, v
    for i, (weight, bias) in enumerate(layers):
        y, dy = torch.addmm(bias, value, weight), tangent @ weight
        value, tangent = (y, dy) if i == len(layers) - 1 else (softplus(y), torch.sigmoid(y) * dy)
    return value, tangent


def push_score_func(layers, x, v):
    return jvp(lambda y: apply_net(layers, y), (x,), (v,))


def pull_score(layers, x, v):
    x = x.detach().requires_grad_()
    s = apply_net(layers, x)
    (pulled,) = torch.autograd.grad(dot(s, v).sum(), x, create_graph=True)
    return s, pulled


def push_gradient_by_hand(layers, x, v):
    """Forward with tangents, then back with tangents: −∇E and −∇²E·v."""
    value, tangent, passed = x, v, []
    for weight, bias in layers[:-1]:
        y, dy = torch.addmm(bias, value, weight), tangent @ weight
        slope = torch.sigmoid(y)
        passed.append((weight, slope, slope * (1 - slope) * dy))
        value, tangent = softplus(y), slope * dy
    gradient, change = layers[-1][0].T, None
    for weight, slope, bend in reversed(passed):
        moved = gradient * bend if change is None else gradient * bend + change * slope
        gradient, change = (gradient * slope) @ weight.T, moved @ weight.T
    return -gradient, -change


def push_gradient_func(layers, x, v):
    score = func_grad(lambda y: -apply_net(layers, y).sum())
    return jvp(score, (x,), (v,))


def pull_gradient(layers, x, v):
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(apply_net(layers, x).sum(), x, create_graph=True)
    (pulled,) = torch.autograd.grad(dot(gradient, v).sum(), x, create_graph=True)
    return -gradient, -pulled


PUSHES = {
    ("score", "by-hand"): push_score_by_hand,
    ("score", "func"): push_score_func,
    ("score", "autodiff"): pull_score,
    ("energy", "by-hand"): push_gradient_by_hand,
    ("energy", "func"): push_gradient_func,
    ("energy", "autodiff"): pull_gradient,
}


def hidden_inputs(layers, x):
    """The inputs of the two softplus layers, and the score; three layers."""
    (w0, b0), (w1, b1), (w2, b2) = layers
    y1 = torch.addmm(b0, x, w0)
    y2 = torch.addmm(b1, softplus(y1), w1)
    return y1, y2, torch.addmm(b2, softplus(y2), w2)


def exact_by_hand(layers, x, v):
    """½‖s‖² + tr J, the tangents of all dimensions in one product."""
    (w0, _), (w1, _), (w2, _) = layers
    y1, y2, s = hidden_inputs(layers, x)
    dh1 = torch.sigmoid(y1)[:, None, :] * w0[None, :, :]
    dh2 = (dh1 @ w1) * torch.sigmoid(y2)[:, None, :]
    return (0.5 * dot(s, s) + (dh2 * w2.T[None, :, :]).sum((1, 2))).mean()


def exact_func(layers, x, v):
    """The same by torch.func: one Jacobian-vector product for each dimension, vectorised."""
    d = x.shape[1]
    units = torch.eye(d)[:, None, :].expand(d, *x.shape)
    s = apply_net(layers, x)
    pushed = vmap(lambda t: jvp(lambda y: apply_net(layers, y), (x,), (t,))[1])(units)
    return (0.5 * dot(s, s) + (pushed * units).sum((0, 2))).mean()


def exact_autodiff(layers, x, v):
    """The same by double backward, one dimension at a time."""
    x = x.detach().requires_grad_()
    s = apply_net(layers, x)
    value = 0.5 * dot(s, s)
    for i in range(x.shape[1]):
        (row,) = torch.autograd.grad(s[:, i].sum(), x, create_graph=True)
        value = value + row[:, i]
    return value.mean()


def closed_form(layers, x, v):
    """½‖s‖² + tr J with tr J = σ(y₁)ᵀ(W₁ ∘ (W₂W₀)ᵀ)σ(y₂)."""
    (w0, _), (w1, _), (w2, _) = layers
    y1, y2, s = hidden_inputs(layers, x)
    coupling = w1 * (w2 @ w0).T
    return (0.5 * dot(s, s) + dot(torch.sigmoid(y1) @ coupling, torch.sigmoid(y2))).mean()


EXACT = {"by-hand": exact_by_hand, "func": exact_func, "autodiff": exact_autodiff}


def loss_of(about, form):
    if form == "compiled":
        return torch.compile(loss_of(about, "by-hand"))
    objective, sigma = about["objective"], about["sigma"]
    push = PUSHES[about["model"], form]
    if objective == "exact":
        return EXACT[form]
    if objective == "exact-closed":
        return closed_form

    def sliced(layers, x, v):
        s, pushed = push(layers, x, v)
        return (dot(v, pushed) + 0.5 * dot(v, s) ** 2).mean()

    def sliced_vr(layers, x, v):
        s, pushed = push(layers, x, v)
        return (dot(v, pushed) + 0.5 * dot(s, s)).mean()

    def denoising(layers, x, v):
        residual = apply_net(layers, x + sigma * v) + v / sigma
        return (0.5 * dot(residual, residual)).mean()

    return {"sliced": sliced, "sliced-vr": sliced_vr, "denoising": denoising}[objective]


def training(workload, form):
    about = workload.about
    layers = [
        (torch.from_numpy(weight).requires_grad_(), torch.from_numpy(bias).requires_grad_())
        for weight, bias in workload.layers()
    ]
    parameters = [parameter for weight, bias in layers for parameter in (bias, weight)]
    adam, note = adam_of(parameters, about["learningRate"])
    loss_at = loss_of(about, form)
    xs, vs = torch.from_numpy(workload.arrays["x"]), torch.from_numpy(workload.arrays["v"])
    batches = [(xs[i], vs[i]) for i in range(BATCHES)]
    last = [torch.tensor(float("nan"))]

    def step(i):
        adam.zero_grad(set_to_none=True)
        loss = loss_at(layers, *batches[i])
        loss.backward()
        adam.step()
        last[0] = loss.detach()

    def norms():
        return [0.0 if p.grad is None else norm(p.grad.numpy()) for p in parameters]

    return Training(step, lambda: float(last[0]), norms), note


def sampling(workload, form):
    about = workload.about
    layers = [(torch.from_numpy(weight), torch.from_numpy(bias)) for weight, bias in workload.layers()]
    x0, noise = torch.from_numpy(workload.arrays["x"]), torch.from_numpy(workload.arrays["v"])
    size = about["stepSize"]

    def move(x, s, z):
        return x.add(s, alpha=size / 2).add_(z, alpha=size**0.5)

    def advance(x):
        return move(x, apply_net(layers, x), torch.randn_like(x))

    step = torch.compile(advance) if form == "compiled" else advance

    @torch.inference_mode()
    def sample():
        x = x0
        for _ in range(about["steps"]):
            x = step(x)
        return x

    def check():
        s = apply_net(layers, x0)
        values = [mean_square(s.numpy()), mean_square(move(x0, s, noise).numpy())]
        return {"values": values, "variances": column_variances(sample().numpy())}

    return Repeated(check, sample)


def product(workload):
    a, b = torch.from_numpy(workload.arrays["a"]), torch.from_numpy(workload.arrays["b"])

    @torch.inference_mode()
    def once():
        return torch.mm(a, b)

    return Repeated(lambda: {"values": product_values(once().numpy())}, once)


def open_work(workload, variant):
    form, _, threads = variant.partition(":")
    if form not in (*EXACT, "compiled"):
        raise ValueError(f'PyTorch has no variant "{variant}"')
    if threads not in ("", "all"):
        torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    notes = [f"version {torch.__version__}, {torch.get_num_threads()} threads"]
    kind = workload.about["kind"]
    if kind == "image-sampling":
        return torch_unet.sampling(workload, form), notes
    if kind in ("training", "image-training"):
        work, note = (training if kind == "training" else torch_unet.training)(workload, form)
        return work, [*notes, note]
    return sampling(workload, form) if kind == "sampling" else product(workload), notes


serve(open_work)
