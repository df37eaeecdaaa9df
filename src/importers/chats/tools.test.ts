// Definitions of tools: what the model read of them is kept, or the record is refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseWritten } from "../../core/written-json.ts";
import { toolsOf } from "./tools.ts";

const refused = (tool: string, message: RegExp) =>
  assert.throws(() => toolsOf(parseWritten(`[${tool}]`), "tools"), { name: "CliError", message });

test("a number that cannot be kept is refused, another spelling of the same number is none", () => {
  const tool = (maximum: string) => `{"name": "f", "parameters": {"properties": {"n": {"maximum": ${maximum}}}}}`;
  for (const same of ["20.0", "1e-7", "0.10", "-0.0", "1E3"])
    assert.equal(toolsOf(parseWritten(`[${tool(same)}]`), "tools")!.length, 1);
  refused(
    tool("12345678901234567890"),
    /^tools\[0\]\.parameters\.properties\.n\.maximum: expected a number that can be/,
  );
  refused(tool("0.12345678901234567891"), /found 0\.12345678901234567891$/);
});

test("members that are not known are refused by name, those of servers and clients are not", () => {
  const strict =
    '{"type": "function", "function": {"name": "f", "strict": true, "parameters": {}}, "cache_control": {"a": 1}}';
  assert.equal(toolsOf(parseWritten(`[${strict}]`), "tools")![0]!.name, "f");
  refused(
    '{"name": "f", "returns": {"type": "string"}}',
    /^tools\[0\]\.returns: expected only members that are understood/,
  );
  refused('{"function": {"name": "f"}, "examples": ["x"]}', /^tools\[0\]\.examples: expected only members/);
  refused(
    '{"name": "f", "parameters": {"a": 1}, "input_schema": {"b": 1}}',
    /expected one schema, found parameters and/,
  );
});
