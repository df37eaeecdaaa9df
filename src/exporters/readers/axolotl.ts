/** What Axolotl learns: the turns that the field named in the config marks, and by their role those that have no mark. */
import { chatTurns, context, everything, toolsOf, type WeightRule } from "./chat.ts";
import { configOf, hasFile, jsonLines } from "./files.ts";
import { listOf, objectOf, ReadError, type Reader } from "./reader.ts";

export const readAxolotl: Reader = async function* (folder) {
  const isPreferences = hasFile(folder, "dpo.yaml");
  const name = isPreferences ? "dpo.yaml" : "sft.yaml";
  const config = configOf(folder, name);
  const dataset = objectOf(listOf(config.datasets, name)[0], name);
  if (dataset.path !== "train.jsonl") throw new ReadError(`${name}: datasets: expected train.jsonl`);
  if (config.excess_length_strategy !== "raise") {
    throw new ReadError(`${name}: excess_length_strategy: expected raise, otherwise long rows are dropped`);
  }
  if (isPreferences) expectFields(dataset, name);
  else if (dataset.type !== "chat_template") throw new ReadError(`${name}: type: expected chat_template`);
  const rule = trainedBy(dataset, config.train_on_inputs === true);
  for await (const { place, row } of jsonLines(folder, "train.jsonl")) {
    if (isPreferences) {
      const prompt = chatTurns(row.messages, place, context);
      const side = (value: unknown) => [...prompt, ...chatTurns([value], place, everything)];
      yield { kind: "dpo", place, chosen: side(row.chosen), rejected: side(row.rejected) };
    } else {
      expectMapped(dataset, row.messages, place);
      yield { kind: "sft", place, turns: chatTurns(row.messages, place, rule), ...toolsOf(row, place) };
    }
  }
};

function expectFields(dataset: Readonly<Record<string, unknown>>, name: string): void {
  const { type, field_messages, field_chosen, field_rejected } = dataset;
  const found = [type, field_messages, field_chosen, field_rejected].join(" ");
  const expected = "chat_template.default messages chosen rejected";
  if (found !== expected) throw new ReadError(`${name}: expected type and fields ${expected}, found ${found}`);
}

/** Templates may ask for calls and thoughts in a way that Axolotl does not see; then it takes them out. */
function expectMapped(
  { message_property_mappings: mapped }: Readonly<Record<string, unknown>>,
  messages: unknown,
  place: string,
) {
  const kept = typeof mapped === "object" && mapped !== null ? Object.keys(mapped) : [];
  for (const message of listOf(messages, place)) {
    const lost = EASILY_LOST.find((name) => objectOf(message, place)[name] !== undefined && !kept.includes(name));
    if (lost !== undefined)
      throw new ReadError(
        `${place}: message_property_mappings: expected ${lost}, which some templates would not be given`,
      );
  }
}

const EASILY_LOST = ["reasoning_content", "tool_calls", "tool_call_id"];

function trainedBy(dataset: Readonly<Record<string, unknown>>, trainsOnInputs: boolean): WeightRule {
  const field = dataset.message_field_training;
  const roles = Array.isArray(dataset.roles_to_train) ? dataset.roles_to_train : ["assistant"];
  return (message, place) => {
    const mark = typeof field === "string" ? message[field] : undefined;
    if (mark === undefined || mark === null) return Number(trainsOnInputs || roles.includes(message.role));
    if (typeof mark !== "boolean") throw new ReadError(`${place}: ${field}: expected true or false`);
    return Number(mark);
  };
}
