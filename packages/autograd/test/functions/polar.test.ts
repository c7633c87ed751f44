import { describe, expect, test } from "vitest";
import { atan, atan2, cos, grad, hypot, mul, sin, type Tensor, tensor } from "../../src/index.ts";
import { expectNear, expectTensorsNear } from "../support/closeness.ts";

const float64 = { dtype: "float64" } as const;

describe("polar coordinates", () => {
  test("are those of a point, in every direction and of every size", () => {
    const angle = tensor([-3.1, -2, -1, -1e-9, 0, 1e-9, 0.5, 1.5, 2.5, 3.1], float64);
    for (const r of [1e-200, 1e-3, 1, 1e5, 1e200]) {
      const [x, y] = [mul(r, cos(angle)), mul(r, sin(angle))];
      expectTensorsNear(atan2(y, x), angle, 1e-14, "the angle");
      expectTensorsNear(
        mul(1 / r, hypot(x, y)),
        tensor(
          angle.data.map(() => 1),
          float64,
        ),
        1e-14,
        "the length",
      );
    }
  });

  test("broadcast, and count the signs of zeros", () => {
    expect(hypot(tensor([3, 5]), tensor([[4], [12]])).toArray()).toEqual([
      [5, Math.fround(Math.sqrt(41))],
      [Math.fround(Math.sqrt(153)), 13],
    ]);
    expect(atan2(tensor([0, -0, 0, -0]), tensor([1, 1, -1, -1])).toArray()).toEqual(
      [0, -0, Math.PI, -Math.PI].map(Math.fround),
    );
  });

  test("have slopes where squares overflow and vanish, and none at (0, 0)", () => {
    for (const r of [1e-30, 1, 1e30]) {
      expectNear(grad((x: Tensor) => hypot(x, 4 * r))(tensor(3 * r)).item(), 0.6, 1e-6, "∂r/∂x");
      const slope = grad((y: Tensor) => atan2(y, 3 * r))(tensor(4 * r)).item();
      expectNear(slope * r, 0.12, 1e-6, "∂θ/∂y");
    }
    expect(grad((x: Tensor) => hypot(x, 0))(tensor(0)).item()).toBeNaN();
    expect(grad((x: Tensor) => atan2(x, 0))(tensor(0)).item()).toBeNaN();
  });

  test("atan has limits at infinity, in value and derivatives", () => {
    for (const dtype of ["float32", "float64"] as const) {
      for (const x of [Infinity, -Infinity]) {
        const at = tensor(x, { dtype });
        expectNear(atan(at).item(), Math.sign(x) * (Math.PI / 2), 1e-7, "value");
        const slope = grad((y: Tensor) => atan(y));
        const bend = grad(slope);
        expect([slope, bend, grad(bend)].map((f) => Math.abs(f(at).item()))).toEqual([0, 0, 0]);
      }
    }
  });
});
