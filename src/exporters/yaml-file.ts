/** Config files: YAML with the lines that say how to use it at the top. */
import { stringify } from "yaml";
import type { ExportFile } from "./exporter.ts";

/** `comment` lines come first, each behind `# `. */
export function yamlFile(name: string, comment: readonly string[], config: object): ExportFile {
  const head = comment.map((line) => `# ${line}\n`).join("");
  return { kind: "text", name, text: `${head}${stringify(config, { lineWidth: 0 })}` };
}
