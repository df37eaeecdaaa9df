/**
 * A graph as the bytes of an ONNX model, and a session that runs it on ONNX Runtime's CPU provider. Nodes that no
 * output needs are left out, so a builder may append freely.
 */
import onnxProto, { type onnx as Onnx } from "onnx-proto";
import { InferenceSession } from "onnxruntime-node";
import type { Attribute, Graph, Node, Tensor } from "./graph.ts";

const { onnx } = onnxProto;

const IR_VERSION = 9;
const OPSET = 17;
const ELEMENT_TYPES = { float32: 1, int64: 7 } as const;

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

function encodeAttribute(name: string, attribute: Attribute): Onnx.IAttributeProto {
  switch (attribute.kind) {
    case "integer":
      return { name, type: onnx.AttributeProto.AttributeType.INT, i: attribute.value };
    case "float":
      return { name, type: onnx.AttributeProto.AttributeType.FLOAT, f: attribute.value };
    case "integers":
      return { name, type: onnx.AttributeProto.AttributeType.INTS, ints: [...attribute.value] };
    case "text":
      return { name, type: onnx.AttributeProto.AttributeType.STRING, s: Buffer.from(attribute.value) };
  }
}

function encodeValue(tensor: Tensor, name = tensor.name): Onnx.IValueInfoProto {
  const dim = tensor.shape.map((size) => (size === -1 ? {} : { dimValue: size }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES[tensor.type], shape: { dim } } } };
}

const encodeConstant = ({ name, shape, type }: Tensor) => ({ name, dims: [...shape], dataType: ELEMENT_TYPES[type] });

/** The model file. Inputs keep their names, outputs have the names under which the graph offers them. */
export function encodeGraph(graph: Graph): Uint8Array {
  const nodes = neededNodes(graph);
  const used = new Set(nodes.flatMap((node) => node.inputs.map((tensor) => tensor.name)));
  const offered = new Map([...graph.outputs].map(([name, tensor]) => [tensor.name, name]));
  if (offered.size < graph.outputs.size) throw new Error("expected different tensors as outputs, got one tensor twice");
  const nameOf = (tensor: Tensor) => offered.get(tensor.name) ?? tensor.name;
  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    opsetImport: [
      { domain: "", version: OPSET },
      { domain: "com.microsoft", version: 1 },
    ],
    graph: {
      name: "model",
      node: nodes.map((node) => ({
        opType: node.operator,
        domain: node.domain,
        input: node.inputs.map(nameOf),
        output: node.outputs.map(nameOf),
        attribute: Object.entries(node.attributes).map(([name, value]) => encodeAttribute(name, value)),
      })),
      initializer: [
        ...graph.constants.map(({ tensor, data }) => ({
          ...encodeConstant(tensor),
          rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
        })),
        ...graph.stored.map(({ tensor, file, offset, bytes }) => ({
          ...encodeConstant(tensor),
          dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
          externalData: Object.entries({ location: file, offset, length: bytes }).map(([key, value]) => ({
            key,
            value: String(value),
          })),
        })),
      ].filter(({ name }) => used.has(name)),
      input: graph.inputs.filter(({ name }) => used.has(name)).map((tensor) => encodeValue(tensor)),
      output: [...graph.outputs].map(([name, tensor]) => encodeValue(tensor, name)),
    },
  });
  return onnx.ModelProto.encode(model).finish();
}

/**
 * A session of `graph` on the CPU with a fixed number of threads: the same inputs give the same bits. `folder` is where
 * the files of stored constants are.
 */
export function openSession(graph: Graph, threads: number, folder?: string): Promise<InferenceSession> {
  return InferenceSession.create(encodeGraph(graph), {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Lengths change from run to run; a plan of memory for each would be kept beside the memory itself.
    enableMemPattern: false,
    extra: {
      session: {
        // Spinning threads would take a core from everything else that runs.
        intra_op: { allow_spinning: "0" },
        ...(folder !== undefined && { model_external_initializers_file_folder_path: folder }),
      },
    },
  });
}
