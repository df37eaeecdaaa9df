/** What a worker thread prints (Node's warnings, a library's words) becomes a warning of this process, which says how to show it. */
import type { Worker } from "node:worker_threads";

/** Node would copy it to this process's output as it is. */
export function warnOfOutput(worker: Worker): void {
  for (const stream of [worker.stdout, worker.stderr]) {
    // Not the option of Worker that keeps Node from copying: with it an idle worker would keep the process alive.
    stream.unpipe();
    stream.setEncoding("utf8").on("data", (text: string) => process.emitWarning(text.trimEnd()));
  }
}
