/** A program: reads a JSON array element by element with the reader it is told, and prints what that cost. */
import { createReadStream, readFileSync } from "node:fs";

const [reader, file] = process.argv.slice(2) as [string, string];
let elements = 0;
const count = () => {
  elements += 1;
};

/** Only ours are installed with gleaner; another one must be had for the comparison. */
const library = (name: string) => import(name);

const READERS: Readonly<Record<string, () => Promise<void>>> = {
  async "JSON.parse of the whole file"() {
    for (const _ of JSON.parse(readFileSync(file, "utf8"))) count();
  },
  async "src/files/array.ts"() {
    const { readArray } = await import("../../src/files/array.ts");
    for await (const { text } of readArray(file)) {
      JSON.parse(text!);
      count();
    }
  },
  async "src/worlds/webshop/catalogue"() {
    const { membersOf } = await import("../../src/worlds/webshop/catalogue/members.ts");
    for await (const _ of membersOf(file, "array")) count();
  },
  async "stream-json"() {
    const { parser } = await library("stream-json/parser.js");
    const { streamArray } = await library("stream-json/streamers/stream-array.js");
    const { default: chain } = await library("stream-chain");
    const chunks = createReadStream(file, { highWaterMark: 2 ** 20 });
    for await (const _ of chain([chunks, parser({ streamValues: false, packValues: true }), streamArray()])) count();
  },
  async "@streamparser/json"() {
    const { JSONParser } = await library("@streamparser/json");
    const parser = new JSONParser({ paths: ["$.*"], keepStack: false });
    parser.onValue = count;
    for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) parser.write(chunk);
  },
  async jsonparse() {
    const { default: Parser } = await library("jsonparse");
    const parser = new Parser();
    parser.onValue = function (this: { stack: unknown[]; value: unknown }) {
      if (this.stack.length !== 1) return;
      count();
      this.value = undefined;
    };
    for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) parser.write(chunk);
  },
};

if (reader === undefined) {
  console.log(JSON.stringify(Object.keys(READERS)));
} else {
  const before = process.cpuUsage();
  await READERS[reader]!();
  const { user, system } = process.cpuUsage(before);
  const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ reader, elements, cpuSeconds: (user + system) / 1e6, peakMegabytes }));
}
