/** A session that runs a graph on ONNX Runtime's CPU provider. */
import { InferenceSession } from "onnxruntime-node";
import type { Graph } from "./graph.ts";
import { encodeGraph } from "./onnx-bytes.ts";

/**
 * A session of `graph` on the CPU with a fixed number of threads: the same inputs give the same bits. `folder` is where
 * the files of stored constants are.
 */
export function openSession(graph: Graph, threads: number, folder?: string): Promise<InferenceSession> {
  return InferenceSession.create(encodeGraph(graph), {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // What went wrong is thrown as well. Printed by ONNX Runtime itself it would reach the terminal as it is.
    logSeverityLevel: 4,
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
