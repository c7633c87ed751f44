"""Matrix products by NumPy."""

import numpy as np

from protocol import Repeated, product_values, serve


def open_work(workload, variant):
    if variant != "blas":
        raise ValueError(f'NumPy has no variant "{variant}"')
    if workload.about["kind"] != "product":
        raise ValueError("NumPy has no derivatives: only products")
    a, b = workload.arrays["a"], workload.arrays["b"]
    work = Repeated(lambda: {"values": product_values(a @ b)}, lambda: a @ b)
    return work, [f"version {np.__version__}"]


serve(open_work)
