/**
 * A computation written down as ONNX nodes: a list of operations on tensors of known shape. Each function appends one
 * node and returns its result. Knows no derivatives (autodiff.ts) and no file format (onnx.ts).
 *
 * Operators: https://onnx.ai/onnx/operators/ (opset 17) and ONNX Runtime's own `com.microsoft` domain.
 */

import type { Activation } from "./architecture.ts";

export type ElementType = "float32" | "int64";

/** A named value of the graph. A dimension of -1 is decided when the graph runs. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
}

export type Attribute =
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "integers"; readonly value: readonly number[] }
  | { readonly kind: "text"; readonly value: string };

export interface Node {
  readonly operator: string;
  /** "" for the standard operators. */
  readonly domain: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Constant {
  readonly tensor: Tensor;
  readonly data: Float32Array | BigInt64Array;
}

/** A constant that stays in its file: `bytes` bytes of float32 from `offset` on. */
export interface StoredConstant {
  readonly tensor: Tensor;
  /** Relative to the folder that the session is opened with. */
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

/** Grows while it is built; nothing is ever removed from it. */
export interface Graph {
  readonly nodes: Node[];
  readonly constants: Constant[];
  readonly stored: StoredConstant[];
  readonly inputs: Tensor[];
  /** Results by the name under which they are asked for. */
  readonly outputs: Map<string, Tensor>;
  /** Integer constants (shapes, axes) by their text, so that each is stored once. */
  readonly integers: Map<string, Tensor>;
  tensors: number;
}

export const emptyGraph = (): Graph => ({
  nodes: [],
  constants: [],
  stored: [],
  inputs: [],
  outputs: new Map(),
  integers: new Map(),
  tensors: 0,
});

/** ONNX's number for float32. */
const FLOAT = 1;

const integer = (value: number): Attribute => ({ kind: "integer", value });
const float = (value: number): Attribute => ({ kind: "float", value });
const integers = (value: readonly number[]): Attribute => ({ kind: "integers", value });
const text = (value: string): Attribute => ({ kind: "text", value });

function fresh(graph: Graph, shape: readonly number[], type: ElementType = "float32"): Tensor {
  return { name: `t${graph.tensors++}`, shape, type };
}

/** A value fed at every run. Throws for a second input of the same name. */
export function input(graph: Graph, name: string, shape: readonly number[], type: ElementType = "float32"): Tensor {
  if (graph.inputs.some((other) => other.name === name)) throw new Error(`expected one input named ${name}, got two`);
  const tensor: Tensor = { name, shape, type };
  graph.inputs.push(tensor);
  return tensor;
}

/** A value stored in the graph itself. */
export function constant(graph: Graph, data: Float32Array | BigInt64Array, shape: readonly number[] = []): Tensor {
  const tensor = fresh(graph, shape, data instanceof Float32Array ? "float32" : "int64");
  graph.constants.push({ tensor, data });
  return tensor;
}

/** A value that the session reads from a file. */
export function storedConstant(graph: Graph, shape: readonly number[], place: Omit<StoredConstant, "tensor">): Tensor {
  const tensor = fresh(graph, shape);
  graph.stored.push({ tensor, ...place });
  return tensor;
}

export const scalar = (graph: Graph, value: number): Tensor => constant(graph, Float32Array.of(value));

function integerConstant(graph: Graph, values: readonly number[]): Tensor {
  const key = values.join();
  let tensor = graph.integers.get(key);
  if (!tensor) {
    tensor = fresh(graph, [values.length], "int64");
    graph.constants.push({ tensor, data: BigInt64Array.from(values, BigInt) });
    graph.integers.set(key, tensor);
  }
  return tensor;
}

interface Options {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: "com.microsoft";
  /** Of the result; float32 unless given. */
  readonly type?: ElementType;
}

function apply(
  graph: Graph,
  operator: string,
  inputs: readonly Tensor[],
  shape: readonly number[],
  { attributes = {}, domain, type = "float32" }: Options = {},
): Tensor {
  const output = fresh(graph, shape, type);
  graph.nodes.push({ operator, domain: domain ?? "", inputs, outputs: [output], attributes });
  return output;
}

function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    if (x === -1 || y === -1) return -1;
    throw new Error(`expected shapes that broadcast, got [${a}] and [${b}]`);
  });
}

export const add = (graph: Graph, a: Tensor, b: Tensor): Tensor =>
  apply(graph, "Add", [a, b], broadcast(a.shape, b.shape), { type: a.type });
export const subtract = (graph: Graph, a: Tensor, b: Tensor): Tensor =>
  apply(graph, "Sub", [a, b], broadcast(a.shape, b.shape));
export const multiply = (graph: Graph, a: Tensor, b: Tensor): Tensor =>
  apply(graph, "Mul", [a, b], broadcast(a.shape, b.shape));
export const negate = (graph: Graph, x: Tensor): Tensor => apply(graph, "Neg", [x], x.shape);
export const exponential = (graph: Graph, x: Tensor): Tensor => apply(graph, "Exp", [x], x.shape);
export const sigmoid = (graph: Graph, x: Tensor): Tensor => apply(graph, "Sigmoid", [x], x.shape);
export const squareRoot = (graph: Graph, x: Tensor): Tensor => apply(graph, "Sqrt", [x], x.shape);
export const reciprocal = (graph: Graph, x: Tensor): Tensor => apply(graph, "Reciprocal", [x], x.shape);
export const logarithm = (graph: Graph, x: Tensor): Tensor => apply(graph, "Log", [x], x.shape);
/** log(1 + exp(x)), exact for large and small x. */
export const softplus = (graph: Graph, x: Tensor): Tensor => apply(graph, "Softplus", [x], x.shape);

/** 1 where a = b and 0 elsewhere, of whole numbers. */
export const equal = (graph: Graph, a: Tensor, b: Tensor): Tensor => truth(graph, "Equal", a, b);
/** 1 where a > b and 0 elsewhere, of whole numbers. */
export const greater = (graph: Graph, a: Tensor, b: Tensor): Tensor => truth(graph, "Greater", a, b);

function truth(graph: Graph, operator: "Equal" | "Greater", a: Tensor, b: Tensor): Tensor {
  const found = apply(graph, operator, [a, b], broadcast(a.shape, b.shape));
  return apply(graph, "Cast", [found], found.shape, { attributes: { to: integer(FLOAT) } });
}

/** Over the last axis. */
export const softmax = (graph: Graph, x: Tensor): Tensor =>
  apply(graph, "Softmax", [x], x.shape, { attributes: { axis: integer(-1) } });
/** Over the last axis. */
export const logSoftmax = (graph: Graph, x: Tensor): Tensor =>
  apply(graph, "LogSoftmax", [x], x.shape, { attributes: { axis: integer(-1) } });

/** Mean over the last axis, which stays with length 1. */
export function meanOfLast(graph: Graph, x: Tensor): Tensor {
  const attributes = { axes: integers([-1]), keepdims: integer(1) };
  return apply(graph, "ReduceMean", [x], [...x.shape.slice(0, -1), 1], { attributes });
}

/** Sum over the last axis, which stays with length 1. */
export function sumOfLast(graph: Graph, x: Tensor): Tensor {
  const attributes = { keepdims: integer(1) };
  return apply(graph, "ReduceSum", [x, integerConstant(graph, [-1])], [...x.shape.slice(0, -1), 1], { attributes });
}

/** log Σ exp over the last axis, which stays with length 1. */
export function logSumExpOfLast(graph: Graph, x: Tensor): Tensor {
  const attributes = { axes: integers([-1]), keepdims: integer(1) };
  return apply(graph, "ReduceLogSumExp", [x], [...x.shape.slice(0, -1), 1], { attributes });
}

/** Sum over every axis but the last. */
export function sumOfLeading(graph: Graph, x: Tensor): Tensor {
  const axes = x.shape.slice(0, -1).map((_, i) => i);
  const attributes = { keepdims: integer(0) };
  return apply(graph, "ReduceSum", [x, integerConstant(graph, axes)], x.shape.slice(-1), { attributes });
}

/** Sum over the first axis, which stays with length 1. */
export function sumOfFirst(graph: Graph, x: Tensor): Tensor {
  const attributes = { keepdims: integer(1) };
  return apply(graph, "ReduceSum", [x, integerConstant(graph, [0])], x.shape.with(0, 1), { attributes });
}

/** `x` (1, …) standing `count` times one after the other: (count, …). */
export function repeat(graph: Graph, x: Tensor, count: number): Tensor {
  const counts = integerConstant(graph, [count, ...x.shape.slice(1).map(() => 1)]);
  return apply(graph, "Expand", [x, counts], x.shape.with(0, count));
}

/** Sum of all elements, a scalar. */
export function sumOfAll(graph: Graph, x: Tensor): Tensor {
  const axes = x.shape.map((_, i) => i);
  return apply(graph, "ReduceSum", [x, integerConstant(graph, axes)], [], { attributes: { keepdims: integer(0) } });
}

/** At most one dimension of `shape` may be -1; 0 = as it is in `x`. */
export function reshape(graph: Graph, x: Tensor, shape: readonly number[]): Tensor {
  const declared = shape.map((size, axis) => (size === 0 ? x.shape[axis]! : size));
  return apply(graph, "Reshape", [x, integerConstant(graph, shape)], declared, { type: x.type });
}

/** `x` with the shape of `like` and then `sizes`, where the shape of `like` is only known when the graph runs. */
export function reshapeLike(graph: Graph, x: Tensor, like: Tensor, sizes: readonly number[]): Tensor {
  const leading = apply(graph, "Shape", [like], [like.shape.length], { type: "int64" });
  const shape = concatenate(graph, [leading, integerConstant(graph, sizes)], 0);
  return apply(graph, "Reshape", [x, shape], [...like.shape, ...sizes], { type: x.type });
}

export function transpose(graph: Graph, x: Tensor, order: readonly number[]): Tensor {
  const shape = order.map((axis) => x.shape[axis]!);
  return apply(graph, "Transpose", [x], shape, { attributes: { perm: integers(order) } });
}

/** Cuts `x` along `axis` into parts of these lengths, of which one may be -1 (whatever is left; then give `lengths` as a tensor). */
export function split(graph: Graph, x: Tensor, axis: number, sizes: readonly number[], lengths?: Tensor): Tensor[] {
  const outputs = sizes.map((size) => fresh(graph, x.shape.with(axis, size)));
  const inputs = [x, lengths ?? integerConstant(graph, sizes)];
  graph.nodes.push({ operator: "Split", domain: "", inputs, outputs, attributes: { axis: integer(axis) } });
  return outputs;
}

export function concatenate(graph: Graph, parts: readonly Tensor[], axis: number): Tensor {
  const sizes = parts.map((part) => part.shape.at(axis)!);
  const total = sizes.includes(-1) ? -1 : sizes.reduce((a, b) => a + b, 0);
  const { shape, type } = parts[0]!;
  return apply(graph, "Concat", parts, shape.with(axis, total), { attributes: { axis: integer(axis) }, type });
}

/** `x` (B, T, C) with every row moved `by` places on (back, if negative) within its T; what comes in is 0. */
export function shiftRows(graph: Graph, x: Tensor, by: number): Tensor {
  return apply(graph, "Pad", [x, integerConstant(graph, [0, by, 0, 0, -by, 0])], x.shape);
}

/** `x` (B, T, C) without the last of its T. */
export const dropLastRow = (graph: Graph, x: Tensor): Tensor =>
  apply(graph, "Pad", [x, integerConstant(graph, [0, 0, 0, 0, -1, 0])], x.shape);

/** Rows of `table` (rows, C) by `indices` (any shape): (…indices, C). */
export const gatherRows = (graph: Graph, table: Tensor, indices: Tensor): Tensor =>
  apply(graph, "Gather", [table, indices], [...indices.shape, ...table.shape.slice(1)], {
    attributes: { axis: integer(0) },
    type: table.type,
  });

/** From each row of `x` (N, C) the elements at `indices` (N, n): (N, n). */
export const pick = (graph: Graph, x: Tensor, indices: Tensor): Tensor =>
  apply(graph, "GatherElements", [x, indices], indices.shape, { attributes: { axis: integer(1) } });

/** x + by; where that is 0, x itself. */
export const offset = (graph: Graph, x: Tensor, by: number): Tensor =>
  by === 0 ? x : add(graph, x, constant(graph, Float32Array.of(by)));

const GELU = { stretch: 2 * Math.sqrt(2 / Math.PI), cubic: 0.044715 } as const;

/**
 * u(x) of the activations x · sigmoid(u): x itself, or for the tanh form of GELU 2 √(2/π) (x + 0.044715 x³), since
 * (1 + tanh(v)) / 2 = sigmoid(2v). `slope` appends du/dx; undefined where it is 1.
 */
export function bentFor(
  graph: Graph,
  x: Tensor,
  activation: Activation,
): { readonly bent: Tensor; readonly slope?: () => Tensor } {
  if (activation === "silu") return { bent: x };
  const { stretch, cubic } = GELU;
  const square = multiply(graph, x, x);
  const polynomial = (second: number) =>
    add(graph, multiply(graph, square, scalar(graph, second)), scalar(graph, stretch));
  const bent = multiply(graph, x, polynomial(stretch * cubic));
  return { bent, slope: () => polynomial(3 * stretch * cubic) };
}

export interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** The product is multiplied by this. */
  readonly scale?: number;
}

/** Matrix product over the last two axes; leading axes are a batch. */
export function product(graph: Graph, a: Tensor, b: Tensor, options: ProductOptions = {}): Tensor {
  const { transposeA = false, transposeB = false, scale = 1 } = options;
  const rows = a.shape.at(transposeA ? -1 : -2)!;
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  const shape = [...a.shape.slice(0, -2), rows, columns];
  const attributes = { transA: integer(+transposeA), transB: integer(+transposeB), alpha: float(scale) };
  // Gemm packs constant weights once, FusedMatMul works on batches.
  if (a.shape.length === 2) return apply(graph, "Gemm", [a, b], shape, { attributes });
  return apply(graph, "FusedMatMul", [a, b], shape, { attributes, domain: "com.microsoft" });
}

/** `x` (N, C) with each of `values` (N, n) added to the element of its row at `indices` (N, n), one after the other. */
export function addAt(graph: Graph, x: Tensor, indices: Tensor, values: Tensor): Tensor {
  const attributes = { axis: integer(1), reduction: text("add") };
  return apply(graph, "ScatterElements", [x, indices, values], x.shape, { attributes });
}

/** `x` (N, C) with each of `values` (N, n) in place of the element of its row at `indices` (N, n). Equal indices need equal values. */
export function setAt(graph: Graph, x: Tensor, indices: Tensor, values: Tensor): Tensor {
  return apply(graph, "ScatterElements", [x, indices, values], x.shape, { attributes: { axis: integer(1) } });
}

/** Zeros of the shape of `x` (N, C), except that the rows at `indices` (n, all different) are `rows` (n, C). */
export function placeRows(graph: Graph, rows: Tensor, indices: Tensor, x: Tensor): Tensor {
  const shape = apply(graph, "Shape", [x], [x.shape.length], { type: "int64" });
  const zeros = apply(graph, "ConstantOfShape", [shape], x.shape);
  return apply(graph, "ScatterND", [zeros, reshape(graph, indices, [-1, 1]), rows], x.shape);
}

/**
 * Rotates each pair (x_i, x_{i + C/2}) of `x` (B, H, T, C) by the angle of its position: `cosine` and `sine` are
 * (positions, C/2), `positions` (B, T).
 */
export function rotate(graph: Graph, x: Tensor, positions: Tensor, [cosine, sine]: readonly [Tensor, Tensor]): Tensor {
  const attributes = { interleaved: integer(0) };
  const inputs = [x, positions, cosine, sine];
  return apply(graph, "RotaryEmbedding", inputs, x.shape, { attributes, domain: "com.microsoft" });
}

/** x / sqrt(mean(x²) + epsilon) · weight over the last axis, in one node. Its second output is missing on some devices, so it serves inference only. */
export function fusedRmsNorm(graph: Graph, x: Tensor, weight: Tensor, epsilon: number): Tensor {
  const attributes = { axis: integer(-1), epsilon: float(epsilon), stash_type: integer(1) };
  return apply(graph, "SimplifiedLayerNormalization", [x, weight], x.shape, { attributes });
}
