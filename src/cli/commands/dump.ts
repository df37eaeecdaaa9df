/** `gleaner dump`: everything in the project except timings, as sorted JSON lines. Equal runs print equal bytes. */
import type { Command } from "commander";
import { breathe } from "../../core/breath.ts";
import { projectOption, readProject } from "../project.ts";
import { printJsonText } from "../terminal.ts";

export function register(command: Command): void {
  projectOption(command).action(async (options: { project: string }) => {
    const project = readProject(options);
    try {
      for (const text of inChunks(project.repository.dump())) {
        await printJsonText(text);
        await breathe();
      }
    } finally {
      project.close();
    }
  });
}

/** Characters that are written at once: a line may come in many small pieces. */
const CHUNK = 1 << 16;

function* inChunks(pieces: Iterable<string>): Generator<string> {
  let chunk = "";
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk;
}
