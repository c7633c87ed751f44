/** Waits until the worker has looked at its messages. */
export function breath(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Something to wait for, now and then: about so many milliseconds of work lie between two breaths. */
export function breaths(every = 40): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < every) return undefined;
    return breath().then(() => {
      last = performance.now();
    });
  };
}
