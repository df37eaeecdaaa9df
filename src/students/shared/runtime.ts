/** The students that compute inside this process ask for ONNX Runtime before anything is collected for them. */
import { CliError } from "../../core/errors.ts";
import { missingRuntime } from "../../model/runtime.ts";

/** Throws CliError with what to do where ONNX Runtime is not installed. */
export function requireRuntimeFor(kind: "embedded" | "pretrained"): void {
  const missing = missingRuntime();
  if (missing !== undefined) throw new CliError(`student.kind ${kind}: ${missing}`);
}
