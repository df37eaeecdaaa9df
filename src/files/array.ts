/** The elements of a JSON array, plain or gzipped, streamed: memory holds one element, however large the file. */
import { contentOf, unreadable } from "./file.ts";
import { jsonSplitter, type Member } from "./splitter.ts";

/**
 * Nothing between two commas is no element. Throws CliError, naming the file, if it cannot be read to its end. An array
 * without an end, or text behind it, is a last record with a problem.
 */
export async function* readArray(file: string): AsyncGenerator<Member> {
  const splitter = jsonSplitter("array");
  let line = 1;
  try {
    for await (const chunk of await contentOf(file)) {
      for (const member of splitter.push(chunk)) {
        line = member.line;
        if (member.text !== "") yield member;
      }
    }
  } catch (error) {
    throw unreadable(file, `line ${line}`, error);
  }
  yield* splitter.end();
}
