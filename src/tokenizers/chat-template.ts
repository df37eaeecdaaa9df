/**
 * A checkpoint's chat template: messages → text, as transformers' `apply_chat_template` renders them (no documents), by
 * our own reading of Jinja2's language (docs/decisions/templates-in-typescript.md). A template that writes today's date is
 * refused when it does, unless the day is given: what is trained must not depend on the day.
 */
import { CliError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Message, Tool } from "../core/message.ts";
import { fromJavaScript } from "../jinja/json.ts";
import { compileTemplate, type Template } from "../jinja/template.ts";
import { list, type Value } from "../jinja/values.ts";
import { type JsonObject, saidOf } from "./json-file.ts";
import type { ComputingLimits } from "./limits.ts";
import { type ArgumentForm, messageAsValue, toolsAsValue } from "./message-values.ts";
import { type TemplateSource, templateSources } from "./template-files.ts";

/**
 * Renders `messages`; with `generationPrompt` also what the next assistant message is headed with. `tools`: what may be
 * called. Throws CliError where the template refuses the messages.
 */
export type ChatTemplate = (messages: readonly Message[], generationPrompt: boolean, tools?: readonly Tool[]) => string;

/** What a template is given beside the conversation. */
export interface TemplateInputs {
  /** By name, such as `enable_thinking` or `date_string`: what transformers takes as further arguments of `apply_chat_template`. */
  readonly variables?: Readonly<Record<string, Json>>;
  /** The day on which everything is rendered, as YYYY-MM-DD. transformers has no such setting: it takes today. */
  readonly date?: string;
}

const SPECIAL_TOKENS = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"].map((name) => `${name}_token`);

/** Reads the chat templates of a checkpoint folder, whose tokenizer_config.json is `config`. Throws CliError. */
export function openChatTemplate(
  folder: string,
  config: JsonObject,
  limits: ComputingLimits,
  { variables = {}, date }: TemplateInputs = {},
): ChatTemplate {
  const { plain, withTools } = templateSources(folder, config);
  const compiled = new Map<TemplateSource, Template>();
  for (const each of [plain, withTools]) if (each) compiled.set(each, compile(each, limits, date ?? null));
  const tokens = SPECIAL_TOKENS.flatMap((name) => {
    const text = tokenText(config[name]);
    return text === undefined ? [] : [[name, text] as const];
  });
  const given = Object.entries(variables).map(([name, value]) => [name, fromJavaScript(value)] as const);
  const forms = new Map<TemplateSource, ArgumentForm>();
  const render = (chosen: TemplateSource, form: ArgumentForm, [messages, generationPrompt, tools]: Rendering) => {
    const conversation: readonly (readonly [string, Value])[] = [
      ["messages", list(messages.map(messageAsValue[form]))],
      ["tools", tools ? toolsAsValue(tools) : null],
      ["documents", null],
      ["add_generation_prompt", generationPrompt],
    ];
    return compiled.get(chosen)!(new Map<string, Value>([...conversation, ...tokens, ...given]));
  };
  const formOf = (chosen: TemplateSource) => {
    const form = forms.get(chosen) ?? argumentForm((of) => render(chosen, of, [CALLING, false]));
    forms.set(chosen, form);
    return form;
  };
  return (...conversation) => {
    const [messages, , tools] = conversation;
    const chosen = tools ? withTools : plain;
    if (!chosen)
      throw new CliError(`${folder}: no chat template for conversations without tools, expected chat_template.jinja`);
    try {
      const hasCalls = messages.some(({ toolCalls }) => toolCalls !== undefined);
      return render(chosen, hasCalls ? formOf(chosen) : "values", conversation);
    } catch (error) {
      throw new CliError(`${chosen.place}: expected a template that can render this conversation (${saidOf(error)})`);
    }
  };
}

type Rendering = Parameters<ChatTemplate>;

const CALLING: readonly Message[] = [
  { role: "user", content: "a" },
  { role: "assistant", content: "", toolCalls: [{ id: "call00000", name: "act", arguments: '{"a": "b"}' }] },
];

/** Text where values cannot be rendered and text can: DeepSeek's templates join it to other text. */
function argumentForm(render: (form: ArgumentForm) => string): ArgumentForm {
  const can = (form: ArgumentForm) => {
    try {
      return render(form) !== undefined;
    } catch {
      return false;
    }
  };
  return !can("values") && can("text") ? "text" : "values";
}

function compile({ source, place }: TemplateSource, limits: ComputingLimits, date: string | null): Template {
  try {
    return compileTemplate(source, { limits, date });
  } catch (error) {
    throw new CliError(`${place}: expected a chat template in Jinja's language (${saidOf(error)})`);
  }
}

/** A special token is written as text, or as an object with its text. */
function tokenText(token: unknown): string | undefined {
  if (typeof token === "string") return token;
  const content = (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}
