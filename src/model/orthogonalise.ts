/**
 * The nearest orthogonal matrix, roughly: five Newton–Schulz steps push every singular value towards 1. Many matrices
 * at once, those of one shape as one batched product in an ONNX graph.
 *
 * The quintic's coefficients are Muon's (Keller Jordan 2024): chosen for speed near 0, they end between 0.7 and 1.2.
 */
import { Tensor as OrtTensor } from "onnxruntime-node";
import { add, emptyGraph, type Graph, input, multiply, product, scalar, type Tensor } from "./graph.ts";
import { openSession } from "./onnx.ts";

const STEPS = 5;
const [LINEAR, CUBIC, QUINTIC] = [3.4445, -4.775, 2.0315];
const EPSILON = 1e-7;

export interface Orthogonaliser {
  /** One array for each shape given, (rows, columns): `run` reads matrices from here and writes the results back. */
  readonly matrices: readonly Float32Array[];
  run(): Promise<void>;
  close(): Promise<void>;
}

/** x (n, r, c) with r ≤ c → a x + (b A + c A²) x where A = x xᵀ, five times. */
function newtonSchulz(graph: Graph, start: Tensor): Tensor {
  const linear = scalar(graph, LINEAR);
  const cubic = scalar(graph, CUBIC);
  let x = start; // (n, r, c)
  for (let step = 0; step < STEPS; step++) {
    const a = product(graph, x, x, { transposeB: true }); // (n, r, r)
    const polynomial = add(graph, multiply(graph, a, cubic), product(graph, a, a, { scale: QUINTIC })); // (n, r, r)
    x = add(graph, multiply(graph, x, linear), product(graph, polynomial, x)); // (n, r, c)
  }
  return x;
}

interface Group {
  readonly rows: number;
  readonly columns: number;
  /** Indices of the matrices that lie one after the other in `stack`. */
  readonly members: number[];
}

/** Copies a (rows, columns) matrix to `to` at `offset`, transposed if `across`, scaled by `factor`. */
function copyMatrix(
  from: Float32Array,
  to: Float32Array,
  options: { rows: number; columns: number; across: boolean; fromOffset: number; toOffset: number; factor: number },
): void {
  const { rows, columns, across, fromOffset, toOffset, factor } = options;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      to[toOffset + (across ? c * rows + r : r * columns + c)] = from[fromOffset + r * columns + c]! * factor;
    }
  }
}

function inverseNorm(matrix: Float32Array): number {
  let sum = 0;
  for (const value of matrix) sum += value * value;
  return 1 / (Math.sqrt(sum) + EPSILON);
}

/** For matrices of these shapes, each (rows, columns). */
export async function openOrthogonaliser(shapes: readonly (readonly [number, number])[]): Promise<Orthogonaliser> {
  const matrices = shapes.map(([rows, columns]) => new Float32Array(rows * columns));
  const groups = new Map<string, Group>();
  shapes.forEach(([a, b], i) => {
    // Tall matrices lie on their side: the products are of the shorter side.
    const [rows, columns] = [Math.min(a, b), Math.max(a, b)];
    const key = `${rows} ${columns}`;
    if (!groups.has(key)) groups.set(key, { rows, columns, members: [] });
    groups.get(key)!.members.push(i);
  });

  const graph = emptyGraph();
  const feeds: Record<string, OrtTensor> = {};
  const fetches: Record<string, OrtTensor> = {};
  const stacks = [...groups].map(([key, group]) => {
    const shape = [group.members.length, group.rows, group.columns];
    graph.outputs.set(`${key} orthogonal`, newtonSchulz(graph, input(graph, key, shape)));
    const given = new Float32Array(shape.reduce((a, b) => a * b));
    const result = new Float32Array(given.length);
    feeds[key] = new OrtTensor("float32", given, shape);
    fetches[`${key} orthogonal`] = new OrtTensor("float32", result, shape);
    return { group, given, result };
  });
  const session = stacks.length > 0 ? await openSession(graph, 1) : undefined;

  return {
    matrices,
    async run() {
      for (const { group, given } of stacks) {
        group.members.forEach((i, k) => {
          const [rows, columns] = shapes[i]!;
          const factor = inverseNorm(matrices[i]!);
          const across = rows > columns;
          copyMatrix(matrices[i]!, given, {
            rows,
            columns,
            across,
            fromOffset: 0,
            toOffset: k * rows * columns,
            factor,
          });
        });
      }
      await session?.run(feeds, fetches);
      for (const { group, result } of stacks) {
        group.members.forEach((i, k) => {
          const [rows, columns] = shapes[i]!;
          const across = rows > columns;
          const [storedRows, storedColumns] = across ? [columns, rows] : [rows, columns];
          copyMatrix(result, matrices[i]!, {
            rows: storedRows,
            columns: storedColumns,
            across,
            fromOffset: k * rows * columns,
            toOffset: 0,
            factor: 1,
          });
        });
      }
    },
    async close() {
      await session?.release();
    },
  };
}
