/**
 * Whether ONNX Runtime is installed. npm leaves it out where its install script fails: on Linux x64 that script fetches
 * CUDA files from another place than the registry. The package itself holds all that is used here.
 */
import { ModelError } from "./errors.ts";

const PACKAGE = "onnxruntime-node";

/** What to do, in one sentence, where ONNX Runtime is not installed; undefined where it is. Loads nothing. */
export function missingRuntime(): string | undefined {
  try {
    import.meta.resolve(PACKAGE);
    return undefined;
  } catch {
    return `ONNX Runtime (${PACKAGE}), which computes the model, is not installed: run \`npm install --ignore-scripts\` in the folder that holds node_modules`;
  }
}

/** Throws ModelError where ONNX Runtime is not installed. */
export function requireRuntime(): void {
  const missing = missingRuntime();
  if (missing !== undefined) throw new ModelError(missing);
}
