import { expect, test } from "vitest";
import { KernelCache } from "../../src/backends/gpu/devices/kernelCache.ts";

test("kernels in use stay, the latest of the others too, and each is destroyed once", () => {
  const destroyed: string[] = [];
  let made = 0;
  const cache = new KernelCache<string>(2, (kernel) => destroyed.push(kernel));
  const acquire = (key: string): string =>
    cache.acquire(key, () => {
      made++;
      return `${key}${made}`;
    });
  expect([acquire("a"), acquire("a"), acquire("b"), acquire("c")]).toEqual(["a1", "a1", "b2", "c3"]);
  cache.release("a");
  for (const key of ["b", "c"]) cache.release(key);
  // a still has a user.
  expect([destroyed, cache.size]).toEqual([[], 3]);
  expect(acquire("a")).toBe("a1");
  cache.release("a");
  cache.release("a");
  expect([destroyed, cache.size]).toEqual([["b2"], 2]);
  // Taken back into use, it is neither made anew nor destroyed.
  expect(acquire("c")).toBe("c3");
  expect(acquire("b")).toBe("b4");
  expect(destroyed).toEqual(["b2"]);
  cache.clear();
  expect([destroyed.toSorted(), cache.size, made]).toEqual([["a1", "b2", "b4", "c3"], 0, 4]);
  cache.release("nothing");
});
