import { runInNewContext } from 'node:vm';
import type { ArrayLiteralExpression, Node, ObjectLiteralExpression, PropertyName, SourceFile } from 'typescript';
import type TypeScriptModule from 'typescript';
import type { Locator, PathStep, Source } from '../../source/source.ts';
import type { Span } from '../../source/text.ts';
import { firstLineEnd, spanAt } from '../../source/text.ts';

type TypeScript = typeof TypeScriptModule;

/** What the text says of a step: the key and the value that it leads to, or what the value must come from. */
type Step = { readonly key: Node; readonly value: Node } | { readonly from: Node };

/**
 * A locator for a TypeScript source. It follows what can be seen without running the code: literals, constants of the
 * same file, spreads of those, and calls of `defineTenant` and `defineCluster`. Of a value that code makes, it gives the
 * innermost expression that the value must come from.
 */
export function typescriptLocator(source: Source): Promise<Locator> {
  // A file without a value has nothing in it to be found, and may be one that no parser reads in time.
  return source.value === undefined ? Promise.resolve(() => firstLine(source.text)) : locatorIn(source.text);
}

/** Such a locator for a text. */
export async function locatorIn(text: string): Promise<Locator> {
  const { default: ts } = await import('typescript');
  const nowhere = firstLine(text);
  const parsed = inTime(() => ts.createSourceFile('config.ts', text, ts.ScriptTarget.ES2023));
  if (!parsed) return () => nowhere;
  const reader = literals(ts, parsed);
  const span = (node: Node): Span => {
    const start = node.getStart(parsed);
    return spanAt(text, start, firstLineEnd(text, start, node.end));
  };

  const locate: Locator = (path, target) => {
    let value = reader.exported && reader.meaning(reader.exported);
    if (!value) return nowhere;
    let key: Node | undefined;
    for (const step of path) {
      const next = reader.step(value, step);
      if (!next) break;
      if ('from' in next) return span(next.from);
      key = next.key;
      value = reader.meaning(next.value);
    }
    return span(target === 'key' ? (key ?? value) : value);
  };
  return (path, target) => {
    try {
      return locate(path, target);
    } catch (error) {
      if (error instanceof RangeError) return nowhere;
      throw error;
    }
  };
}

function firstLine(text: string): Span {
  return spanAt(text, 0, firstLineEnd(text, 0, text.length));
}

/** The most milliseconds that parsing may take. */
const parsingTime = 2000;
const timeLimit = 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/**
 * What `parse` gives, or undefined when it takes too long or more stack than there is: there are texts (a dozen
 * `async<T>(` in one another) for which TypeScript's parser takes twice the time for each character more.
 */
function inTime<T>(parse: () => T): T | undefined {
  let result: T | undefined;
  const run = (): void => {
    result = parse();
  };
  try {
    runInNewContext('run()', { run }, { timeout: parsingTime });
  } catch (error) {
    // The error of a time limit is one of the other context's, where `Error` is another.
    const timedOut = typeof error === 'object' && error !== null && 'code' in error && error.code === timeLimit;
    if (!timedOut && !(error instanceof RangeError)) throw error;
  }
  return result;
}

/** Reads a file's literals. */
function literals(ts: TypeScript, source: SourceFile) {
  const { exported, constants, defining } = declarations(ts, source);

  /** The expression that a node stands for, as far as the text says it. */
  const meaning = (node: Node, passed: readonly Node[] = []): Node => {
    const inner = passed.includes(node) ? undefined : standsFor(node, [...passed, node]);
    return inner ? meaning(inner, [...passed, node]) : node;
  };
  const standsFor = (node: Node, passed: readonly Node[]): Node | undefined => {
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isAsExpression(node) ||
      ts.isSatisfiesExpression(node) ||
      ts.isNonNullExpression(node) ||
      ts.isTypeAssertionExpression(node)
    ) {
      return node.expression;
    }
    if (ts.isCallExpression(node)) {
      return ts.isIdentifier(node.expression) && defining.has(node.expression.text) ? node.arguments[0] : undefined;
    }
    if (ts.isIdentifier(node)) return constants.get(node.text);
    const accessed = accessOf(node);
    const found = accessed && step(meaning(accessed.object, passed), accessed.step);
    return found && 'value' in found ? found.value : undefined;
  };
  const accessOf = (node: Node): { readonly object: Node; readonly step: PathStep } | undefined => {
    if (ts.isPropertyAccessExpression(node)) return { object: node.expression, step: node.name.text };
    if (!ts.isElementAccessExpression(node)) return undefined;
    const { argumentExpression: argument, expression: object } = node;
    if (ts.isNumericLiteral(argument)) return { object, step: Number(argument.text) };
    return ts.isStringLiteralLike(argument) ? { object, step: argument.text } : undefined;
  };

  /** A spread may be of what is spread itself, or of what many others spread: each step is taken once. */
  const taken = new Map<Node, Map<PathStep, Step | undefined>>();
  const step = (node: Node, to: PathStep): Step | undefined => {
    const steps = taken.get(node) ?? new Map<PathStep, Step | undefined>();
    if (steps.has(to)) return steps.get(to);
    taken.set(node, steps.set(to, undefined));
    let found: Step | undefined;
    if (ts.isArrayLiteralExpression(node) && typeof to === 'number') found = item(node, to);
    if (ts.isObjectLiteralExpression(node) && typeof to === 'string') found = property(node, to);
    steps.set(to, found);
    return found;
  };

  const item = (list: ArrayLiteralExpression, index: number): Step | undefined => {
    let before = 0;
    for (const element of list.elements) {
      if (ts.isSpreadElement(element)) {
        const spread = meaning(element.expression);
        const length = lengthOf(spread);
        // The rest of the list cannot be counted. What follows nothing else must come from here.
        if (length === undefined) return element === list.elements.at(-1) ? { from: element } : undefined;
        if (index < before + length) return step(spread, index - before);
        before += length;
      } else if (before++ === index) {
        return { key: element, value: element };
      }
    }
    return undefined;
  };
  const lengths = new Map<Node, number | undefined>();
  const lengthOf = (node: Node): number | undefined => {
    if (!ts.isArrayLiteralExpression(node) || lengths.has(node)) return lengths.get(node);
    lengths.set(node, undefined);
    let length: number | undefined = 0;
    for (const element of node.elements) {
      const more = ts.isSpreadElement(element) ? lengthOf(meaning(element.expression)) : 1;
      length = length === undefined || more === undefined ? undefined : length + more;
    }
    lengths.set(node, length);
    return length;
  };

  /** The last one of a name counts, so the properties are looked at from the end. */
  const property = (object: ObjectLiteralExpression, name: string): Step | undefined => {
    const unclear: Node[] = [];
    for (const member of object.properties.toReversed()) {
      let found: Step | undefined;
      if (ts.isSpreadAssignment(member)) {
        const spread = meaning(member.expression);
        if (ts.isObjectLiteralExpression(spread)) found = step(spread, name);
        else unclear.push(member);
      } else {
        const known = nameOf(member.name);
        if (known === undefined) unclear.push(member);
        else if (known === name) {
          found = { key: member.name, value: ts.isPropertyAssignment(member) ? member.initializer : member.name };
        }
      }
      // Where something unclear follows, either may be what counts.
      if (found) return unclear.length === 0 ? found : undefined;
    }
    const [only, ...others] = unclear;
    return only && others.length === 0 ? { from: only } : undefined;
  };
  const nameOf = (name: PropertyName): string | undefined => {
    if (ts.isComputedPropertyName(name)) {
      return ts.isStringLiteralLike(name.expression) ? name.expression.text : undefined;
    }
    return name.text;
  };

  return { exported, meaning, step };
}

/** What a file declares at its top: its default export, constants, and the functions that it imports from `tenantry`. */
function declarations(ts: TypeScript, source: SourceFile) {
  const constants = new Map<string, Node>();
  const defining = new Set<string>();
  let exported: Node | undefined;
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) {
      if (!(statement.declarationList.flags & ts.NodeFlags.Const)) continue;
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name) && initializer) constants.set(name.text, initializer);
      }
    } else if (ts.isImportDeclaration(statement)) {
      const { moduleSpecifier, importClause } = statement;
      if (!ts.isStringLiteral(moduleSpecifier) || moduleSpecifier.text !== 'tenantry') continue;
      const bindings = importClause?.namedBindings;
      if (bindings && ts.isNamedImports(bindings)) for (const { name } of bindings.elements) defining.add(name.text);
    } else if (ts.isExportAssignment(statement)) {
      exported = statement.expression;
    } else if (ts.isExportDeclaration(statement)) {
      const clause = statement.exportClause;
      if (!clause || !ts.isNamedExports(clause) || statement.moduleSpecifier) continue;
      const named = clause.elements.find(({ name }) => name.text === 'default');
      if (named) exported = named.propertyName ?? named.name;
    }
  }
  return { exported, constants, defining };
}
