// Every text key used exists in the catalogue, and none there is unused. `tsc` already refuses unknown keys in t();
// this also finds the orphans, texts written past the catalogue, and plurals without their pair.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const src = join(root, "src");
const PLURAL = /_(zero|one|two|few|many|other)$/;

function flatten(node, prefix = "") {
  return Object.entries(node).flatMap(([name, value]) =>
    typeof value === "string" ? [prefix + name] : flatten(value, `${prefix}${name}.`),
  );
}

const catalogue = flatten(JSON.parse(readFileSync(join(src, "texts/en.json"), "utf8")));
const keys = new Set(catalogue.map((key) => key.replace(PLURAL, "")));
const used = new Set();
const problems = [];

for (const key of catalogue) {
  if (key.endsWith("_one") && !catalogue.includes(key.replace(PLURAL, "_other"))) problems.push(`${key} has no _other`);
}

function at(file, node) {
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return `${relative(root, file.fileName)}:${line + 1}`;
}

function visit(file, node) {
  if (ts.isStringLiteralLike(node) && keys.has(node.text)) used.add(node.text);
  if (ts.isTemplateExpression(node) && node.head.text.endsWith(".")) {
    for (const key of keys) if (key.startsWith(node.head.text)) used.add(key);
  }
  if (ts.isCallExpression(node) && /(^|\.)t$/.test(node.expression.getText()) && node.arguments.length > 0) {
    const [key] = node.arguments;
    if (ts.isStringLiteralLike(key) && !keys.has(key.text)) problems.push(`${at(file, key)}: no text "${key.text}"`);
  }
  if (ts.isJsxText(node) && /\p{L}{2,}/u.test(node.text)) {
    problems.push(`${at(file, node)}: a text past the catalogue: ${node.text.trim()}`);
  }
  if (ts.isJsxAttribute(node) && /^(label|title|aria-label|placeholder|description|alt)$/.test(node.name.getText())) {
    if (node.initializer && ts.isStringLiteral(node.initializer) && /\p{L}{2,}/u.test(node.initializer.text)) {
      problems.push(`${at(file, node)}: a text past the catalogue: ${node.initializer.text}`);
    }
  }
  ts.forEachChild(node, (child) => visit(file, child));
}

for (const name of readdirSync(src, { recursive: true })) {
  if (!/\.tsx?$/.test(name) || /\.(gen|d|test)\.tsx?$/.test(name)) continue;
  const path = join(src, name);
  const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  visit(file, file);
}

for (const key of keys) if (!used.has(key)) problems.push(`unused text "${key}"`);
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(`${problems.length} problem(s) with the texts`);
  process.exit(1);
}
console.log(`${keys.size} texts, each used`);
