// Reads an AsyncAPI document with AsyncAPI's own parser, and fails on what that finds wrong. Usage: node asyncapi.js FILE
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"), {
  // What it refers to is beside it.
  source: process.argv[2],
});
// 0 is an error, 1 a warning; what follows is advice.
const wrong = diagnostics.filter(({ severity }) => severity <= 1);
for (const { path, message } of wrong) console.error(`${path.join("/")}: ${message}`);
if (!document || wrong.length > 0) process.exit(1);
console.log(`${document.channels().length} channels, ${document.messages().length} messages`);
