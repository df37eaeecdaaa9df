/**
 * A graph as the bytes of an ONNX model. Nodes that no output needs are left out, so a builder may append freely.
 *
 * The numbers are those of the fields in ONNX's schema (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); each
 * message writes its fields in the order of their numbers, as protobuf's own writers do.
 */
import { PbfWriter } from "pbf";
import type { Attribute, Constant, Graph, Node, StoredConstant, Tensor } from "./graph.ts";

const IR_VERSION = 9;
const OPERATOR_SETS = [
  { domain: "", version: 17 },
  { domain: "com.microsoft", version: 1 },
] as const;

/** TensorProto.DataType */
const ELEMENT_TYPES = { float32: 1, int64: 7 } as const;
/** AttributeProto.AttributeType */
const ATTRIBUTE_TYPES = { float: 1, integer: 2, text: 3, integers: 7 } as const;
/** TensorProto.DataLocation */
const EXTERNAL = 1;

type Entry = readonly [key: string, value: string];
/** A tensor of the graph under the name that the model gives it. */
type Value = Pick<Tensor, "name" | "shape" | "type">;

/** The nodes that some output depends on, in their order. */
function neededNodes(graph: Graph): Node[] {
  const needed = new Set([...graph.outputs.values()].map((tensor) => tensor.name));
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output.name))) continue;
    for (const tensor of node.inputs) needed.add(tensor.name);
    kept.push(node);
  }
  return kept.reverse();
}

/** AttributeProto */
function writeAttribute([name, attribute]: readonly [string, Attribute], out: PbfWriter): void {
  out.writeStringField(1, name);
  if (attribute.kind === "float") out.writeFloatField(2, attribute.value);
  if (attribute.kind === "integer") out.writeVarintField(3, attribute.value);
  if (attribute.kind === "text") out.writeStringField(4, attribute.value);
  if (attribute.kind === "integers") out.writePackedVarint(8, [...attribute.value]);
  out.writeVarintField(20, ATTRIBUTE_TYPES[attribute.kind]);
}

/** NodeProto */
function writeNode(node: Node, out: PbfWriter): void {
  for (const input of node.inputs) out.writeStringField(1, input.name);
  for (const output of node.outputs) out.writeStringField(2, output.name);
  out.writeStringField(4, node.operator);
  for (const attribute of Object.entries(node.attributes)) out.writeMessage(5, writeAttribute, attribute);
  out.writeStringField(7, node.domain);
}

/** What TensorProto says of every constant before its data. */
function writeTensorHead({ name, shape, type }: Tensor, out: PbfWriter): void {
  out.writePackedVarint(1, [...shape]);
  out.writeVarintField(2, ELEMENT_TYPES[type]);
  out.writeStringField(8, name);
}

/** TensorProto with its data. */
function writeConstant({ tensor, data }: Constant, out: PbfWriter): void {
  writeTensorHead(tensor, out);
  out.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** StringStringEntryProto */
function writeEntry([key, value]: Entry, out: PbfWriter): void {
  out.writeStringField(1, key);
  out.writeStringField(2, value);
}

/** TensorProto with the place of its data in a file. */
function writeStoredConstant({ tensor, file, offset, bytes }: StoredConstant, out: PbfWriter): void {
  writeTensorHead(tensor, out);
  out.writeMessage(13, writeEntry, ["location", file] as Entry);
  out.writeMessage(13, writeEntry, ["offset", String(offset)] as Entry);
  out.writeMessage(13, writeEntry, ["length", String(bytes)] as Entry);
  out.writeVarintField(14, EXTERNAL);
}

/** TensorShapeProto.Dimension: one without a size is decided when the graph runs. */
function writeDimension(size: number, out: PbfWriter): void {
  if (size !== -1) out.writeVarintField(1, size);
}

/** TensorShapeProto */
function writeShape(shape: readonly number[], out: PbfWriter): void {
  for (const size of shape) out.writeMessage(1, writeDimension, size);
}

/** TypeProto.Tensor */
function writeTensorType({ shape, type }: Value, out: PbfWriter): void {
  out.writeVarintField(1, ELEMENT_TYPES[type]);
  out.writeMessage(2, writeShape, shape);
}

/** TypeProto */
function writeType(value: Value, out: PbfWriter): void {
  out.writeMessage(1, writeTensorType, value);
}

/** ValueInfoProto */
function writeValue(value: Value, out: PbfWriter): void {
  out.writeStringField(1, value.name);
  out.writeMessage(2, writeType, value);
}

/** GraphProto. Inputs keep their names, outputs have the names under which the graph offers them. */
function writeGraph(graph: Graph, out: PbfWriter): void {
  const nodes = neededNodes(graph);
  const used = new Set(nodes.flatMap((node) => node.inputs.map((tensor) => tensor.name)));
  const offered = new Map([...graph.outputs].map(([name, tensor]) => [tensor.name, name]));
  if (offered.size < graph.outputs.size) throw new Error("expected different tensors as outputs, got one tensor twice");
  const renamed = (tensor: Tensor): Tensor => ({ ...tensor, name: offered.get(tensor.name) ?? tensor.name });

  for (const node of nodes) {
    const named = { ...node, inputs: node.inputs.map(renamed), outputs: node.outputs.map(renamed) };
    out.writeMessage(1, writeNode, named);
  }
  out.writeStringField(2, "model");
  for (const constant of graph.constants) {
    if (used.has(constant.tensor.name)) out.writeMessage(5, writeConstant, constant);
  }
  for (const constant of graph.stored) {
    if (used.has(constant.tensor.name)) out.writeMessage(5, writeStoredConstant, constant);
  }
  for (const input of graph.inputs) {
    if (used.has(input.name)) out.writeMessage(11, writeValue, input);
  }
  for (const [name, tensor] of graph.outputs) out.writeMessage(12, writeValue, { ...tensor, name });
}

/** OperatorSetIdProto */
function writeOperatorSet({ domain, version }: (typeof OPERATOR_SETS)[number], out: PbfWriter): void {
  out.writeStringField(1, domain);
  out.writeVarintField(2, version);
}

/**
 * The model file of `graph` (ModelProto, ONNX opset 17 with ONNX Runtime's own operators). Inputs keep their names,
 * outputs have the names under which the graph offers them.
 * @throws if the graph offers one tensor under two names.
 */
export function encodeGraph(graph: Graph): Uint8Array {
  const out = new PbfWriter();
  out.writeVarintField(1, IR_VERSION);
  out.writeMessage(7, writeGraph, graph);
  for (const set of OPERATOR_SETS) out.writeMessage(8, writeOperatorSet, set);
  return out.finish();
}
