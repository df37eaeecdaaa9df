/** The bytes of ONNX models: as the generated writer of onnx-proto 8.0.1 made them, and what is left out. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type Attribute, emptyGraph, type Graph, type Tensor } from "./graph.ts";
import { encodeGraph } from "./onnx-bytes.ts";

const tensor = (name: string, shape: readonly number[], type: Tensor["type"] = "float32"): Tensor => ({
  name,
  shape,
  type,
});

/** Not a sensible computation: one of everything that a graph can hold. */
function graphOfEverything(): Graph {
  const graph = emptyGraph();
  const input = tensor("ids", [-1, 3, 0], "int64");
  const [weights, stored, unused] = [tensor("weights", [300, 100]), tensor("stored", [2]), tensor("unused", [1])];
  const scalar = tensor("scalar", [], "int64");
  const [middle, result] = [tensor("middle", [300]), tensor("result", [-1, 300])];
  const attributes: Record<string, Attribute> = {
    small: { kind: "integer", value: 7 },
    negative: { kind: "integer", value: -1 },
    large: { kind: "integer", value: 2 ** 40 + 5 },
    rate: { kind: "float", value: 0.1 },
    axes: { kind: "integers", value: [0, -2, 300, 2 ** 33] },
    none: { kind: "integers", value: [] },
    words: { kind: "text", value: `€ ${"long ".repeat(40)}` },
  };
  graph.inputs.push(input, tensor("unread", [4]));
  const data = Float32Array.from({ length: 30_000 }, (_, index) => index / 7);
  graph.constants.push(
    { tensor: weights, data },
    { tensor: unused, data: Float32Array.of(1) },
    { tensor: scalar, data: BigInt64Array.of(-9n) },
  );
  graph.stored.push({ tensor: stored, file: "model.safetensors", offset: 2 ** 35, bytes: 8 });
  graph.nodes.push(
    { operator: "Mul", domain: "", inputs: [input, weights, scalar], outputs: [middle], attributes },
    { operator: "Relu", domain: "", inputs: [middle], outputs: [tensor("nowhere", [300])], attributes: {} },
    { operator: "Gelu", domain: "com.microsoft", inputs: [middle, stored], outputs: [result], attributes: {} },
  );
  graph.outputs.set("logits", result);
  return graph;
}

test("every kind of field is written as the generated writer does", () => {
  const bytes = encodeGraph(graphOfEverything());
  assert.equal(bytes.length, 120_642);
  assert.equal(
    createHash("sha256").update(bytes).digest("hex"),
    "9d9deba58587b6100542f000d49176003386ba292cc8dce5dab316ad952b98d8",
  );
});

test("what no output needs is left out, outputs have their offered names", () => {
  const text = Buffer.from(encodeGraph(graphOfEverything())).toString("latin1");
  for (const name of ["ids", "weights", "scalar", "stored", "model.safetensors", "middle", "logits", "Gelu"])
    assert(text.includes(name), `no ${name}`);
  for (const name of ["unread", "unused", "Relu", "nowhere", "result"])
    assert(!text.includes(name), `${name} was written`);
});

test("one tensor under two names is refused", () => {
  const graph = graphOfEverything();
  graph.outputs.set("again", graph.outputs.get("logits")!);
  assert.throws(() => encodeGraph(graph), /expected different tensors as outputs, got one tensor twice/);
});
