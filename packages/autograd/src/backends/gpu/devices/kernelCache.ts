import { LeastRecentlyUsed } from "../eager/cache.ts";

/** Kernels by key: those in use stay, and of the others the latest. */
export class KernelCache<Kernel> {
  private readonly used = new Map<string, { readonly kernel: Kernel; users: number }>();
  private readonly idle: LeastRecentlyUsed<Kernel>;
  private readonly destroy: (kernel: Kernel) => void;
  /** A kernel that is taken back into use is not to be destroyed on the way. */
  private moving = false;

  constructor(limit: number, destroy: (kernel: Kernel) => void) {
    this.destroy = destroy;
    this.idle = new LeastRecentlyUsed<Kernel>(limit, (kernel) => {
      if (!this.moving) destroy(kernel);
    });
  }

  /** The kernel under a key for one more user; makes it where there is none. */
  acquire(key: string, make: () => Kernel): Kernel {
    const known = this.used.get(key);
    if (known !== undefined) {
      known.users++;
      return known.kernel;
    }
    const idle = this.idle.get(key);
    if (idle !== undefined) {
      this.moving = true;
      this.idle.delete(key);
      this.moving = false;
    }
    const kernel = idle ?? make();
    this.used.set(key, { kernel, users: 1 });
    return kernel;
  }

  /** Gives a kernel back. */
  release(key: string): void {
    const known = this.used.get(key);
    if (known === undefined) return;
    known.users--;
    if (known.users > 0) return;
    this.used.delete(key);
    this.idle.set(key, known.kernel);
  }

  get size(): number {
    return this.used.size + [...this.idle.values()].length;
  }

  /** Destroys all kernels. */
  clear(): void {
    for (const { kernel } of this.used.values()) this.destroy(kernel);
    this.used.clear();
    this.idle.clear();
  }
}
