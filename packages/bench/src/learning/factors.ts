import { add, type Key, matmul, random, type Tensor, tensor } from "@scoretape/autograd";

/** x = Wz + noise, z and the noise standard normal: rows whose true law is a normal distribution. */
export interface FactorModel {
  readonly columns: number;
  readonly factors: number;
}

/** Column i follows factor i mod `factors`, with a loading of 0, 1/5, …, 4/5 in turn. */
export function factorRows({ columns, factors }: FactorModel, key: Key, rows: number): Tensor {
  const loadings = tensor(
    Float64Array.from({ length: factors * columns }, (_, at) => {
      const [factor, i] = [Math.floor(at / columns), at % columns];
      return i % factors === factor ? (Math.floor(i / factors) % 5) / 5 : 0;
    }),
    { shape: [factors, columns] },
  );
  const [ofFactors, ofNoise] = [random.foldIn(key, 0), random.foldIn(key, 1)];
  const z = random.normal(ofFactors, [rows, factors], { dtype: "float64" });
  return add(matmul(z, loadings), random.normal(ofNoise, [rows, columns], { dtype: "float64" }));
}
