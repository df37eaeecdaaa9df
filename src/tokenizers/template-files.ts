/** Where a checkpoint folder has its chat templates, and which of them a conversation is rendered with: as transformers chooses. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../core/errors.ts";
import { type JsonObject, readText } from "./json-file.ts";

/** A template's text, and where it stands, for errors. */
export interface TemplateSource {
  readonly source: string;
  readonly place: string;
}

export interface TemplateSources {
  /** For conversations in which nothing can be called; undefined if there is none. */
  readonly plain: TemplateSource | undefined;
  /** For those with tools. */
  readonly withTools: TemplateSource | undefined;
}

/** The template for conversations with tools, where it has a file of its own; below a checkpoint folder. */
export const TOOL_TEMPLATE = "additional_chat_templates/tool_use.jinja";

/**
 * Files go before tokenizer_config.json, and the template named `tool_use` goes before the default one where there are tools.
 * Throws CliError where there is neither.
 */
export function templateSources(folder: string, config: JsonObject): TemplateSources {
  const [plain, tools] = ["chat_template.jinja", TOOL_TEMPLATE].map((name) => inFile(join(folder, name)));
  if (plain || tools) return { plain, withTools: tools ?? plain };
  const place = `the chat template of ${join(folder, "tokenizer_config.json")}`;
  const given = config.chat_template;
  const named = (name: string): TemplateSource | undefined => {
    const found = Array.isArray(given) ? given.find((each) => each?.name === name)?.template : undefined;
    return typeof found === "string" ? { source: found, place } : undefined;
  };
  const single = typeof given === "string" ? { source: given, place } : named("default");
  const withTools = named("tool_use") ?? single;
  if (!withTools) {
    throw new CliError(`${folder}: no chat template, expected chat_template.jinja, or one in tokenizer_config.json`);
  }
  return { plain: single, withTools };
}

const inFile = (path: string): TemplateSource | undefined =>
  existsSync(path) ? { source: readText(path), place: path } : undefined;
