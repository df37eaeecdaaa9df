/** What tells one tokenizer folder from another, wherever it lies. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprint } from "../core/ids.ts";
import { TOOL_TEMPLATE } from "./template-files.ts";

/** What `openChatTokenizer` reads. */
const FILES = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"];

/** 20 hexadecimal digits: equal for folders whose tokenizer and chat template are the same to the byte. */
export function tokenizerContent(folder: string): string {
  const files = FILES.map((name) => join(folder, name));
  const hash = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
  const own = files.map((file) => (existsSync(file) ? hash(file) : null));
  // Only where it is there: ids of folders without it stay as they were.
  const tools = [join(folder, TOOL_TEMPLATE)].filter((file) => existsSync(file)).map(hash);
  return fingerprint([...own, ...tools]);
}
