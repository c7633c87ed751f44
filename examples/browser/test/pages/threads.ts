// Runs in a page: a program on two threads beside the same on one; its findings go to the document.
import { compile, matmul, type ProgramBackend, random, type Tensor, tanh, wasm } from "@scoretape/autograd";

const [x, w] = [random.normal(random.key(1), [512, 256]), random.normal(random.key(2), [256, 256])];
const f = (a: Tensor, b: Tensor): Tensor => tanh(matmul(a, b));
const expected = compile(f, { backend: wasm() })(x, w);

const backend = wasm({ threads: 2 });
const executables: ReturnType<ProgramBackend["lower"]>[] = [];
const compiled = compile(f, {
  backend: {
    name: backend.name,
    lower(program, options) {
      const executable = backend.lower(program, options);
      executables.push(executable);
      return executable;
    },
  },
});

let [differing, sharesRun] = [0, 0];
// Workers take a while to start; until they are ready, the page's own thread does all.
for (let round = 0; round < 1000 && sharesRun < 10; round++) {
  const actual = compiled(x, w);
  actual.data.forEach((value, i) => {
    if (value !== expected.data[i]) differing++;
  });
  sharesRun = executables[0]?.describe().threads?.sharesRun[0] ?? 0;
  await new Promise((resolve) => setTimeout(resolve, 5));
}
backend.dispose();
document.body.dataset["findings"] = JSON.stringify({ differing, sharesRun });
