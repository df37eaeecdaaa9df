/**
 * Attachments of an Inspect sample: a long text or a picture stands once in `attachments`, and wherever it was said there is
 * "attachment://<hash>": in contents, parts, arguments of calls and descriptions of tools.
 *
 * Source: inspect-ai 0.3.285, log/_condense.py.
 */
import { CliError } from "../../core/errors.ts";
import { writtenLike } from "../../core/written-json.ts";
import { objectOf, shown } from "../reader.ts";

const ATTACHMENT = /^attachment:\/\/(\w+)$/;

/** `value` with the texts themselves, at any depth. Throws CliError where one is missing. */
export function attached(value: unknown, attachments: unknown): unknown {
  if (typeof value === "string") {
    const hash = ATTACHMENT.exec(value)?.[1];
    return hash === undefined ? value : textOf(hash, attachments);
  }
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value);
  const resolved = members.map(([name, member]) => [name, attached(member, attachments)] as const);
  if (resolved.every(([, member], index) => member === members[index]![1])) return value;
  const copy = Array.isArray(value) ? resolved.map(([, member]) => member) : Object.fromEntries(resolved);
  return writtenLike(copy, value);
}

function textOf(hash: string, attachments: unknown): string {
  const found = objectOf(attachments ?? {}, "texts in attachments")[hash];
  if (typeof found === "string" && found.isWellFormed()) return found;
  throw new CliError(`attachments: expected a text ${shown(hash)}, found ${shown(found)}`);
}
