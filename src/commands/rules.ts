import { join } from 'node:path';
import { didYouMean } from '../source/diagnostic.ts';
import { Failure } from '../values/failure.ts';
import { table } from '../render/table.ts';
import { jsonText } from '../render/text.ts';
import { rules } from '../rules/index.ts';
import type { Rule } from '../rules/rule.ts';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import { styleOf } from '../app/organization.ts';
import type { ExampleFiles } from '../app/rule-examples.ts';
import { exampleIn, folderOfRule } from '../app/rule-examples.ts';

/** `tenantry rules [CODE]`: all rules in a list, or all about one, with the examples in its folder. */
export async function listRules(
  io: Io,
  code: string | undefined,
  { format, rulesFolder }: { readonly format: 'table' | 'json'; readonly rulesFolder: string },
): Promise<number> {
  const style = styleOf(io.out);
  const chosen = code === undefined ? rules : [ruleNamed(code)];
  if (format === 'json') {
    io.out.write(jsonText({ formatVersion: 1, rules: chosen.map(facts) }));
  } else if (code === undefined) {
    const { width } = io.out;
    io.out.write(
      table(
        [
          { header: 'Code', cell: (rule: Rule) => rule.code, colour: style.bold },
          {
            header: 'Severity',
            cell: (rule) => rule.severity,
            colour: (text, { severity }) =>
              severity === 'error' ? style.red(text) : severity === 'warning' ? style.yellow(text) : style.cyan(text),
          },
          { header: 'Name', cell: (rule) => rule.name },
          { header: 'What must hold', cell: (rule) => rule.summary },
        ],
        rules,
        { style, ...(width !== undefined && { width }) },
      ),
    );
  } else {
    for (const rule of chosen) io.out.write(explained(rule, style.bold, rulesFolder));
  }
  return Promise.resolve(exit.clean);
}

function ruleNamed(wanted: string): Rule {
  const rule = rules.find((r) => r.code === wanted.toUpperCase() || r.name === wanted);
  if (rule) return rule;
  const meant = didYouMean(
    wanted,
    rules.flatMap((r) => [r.code, r.name]),
  );
  throw new Failure('bad-arguments', `there is no rule \`${wanted}\``, {
    help: meant ? `did you mean \`${meant}\`?` : '`tenantry rules` lists them all',
  });
}

function facts({ code, name, severity, summary, why, waivable }: Rule): object {
  return { code, name, severity, summary, why, waivable: waivable === true };
}

function explained(rule: Rule, bold: (text: string) => string, rulesFolder: string): string {
  const waiver = rule.waivable
    ? rule.level === 'change'
      ? 'Can be waived by an entry under `exceptions` in organization.yaml that was merged before, or by --allow.'
      : 'Can be waived by an entry under `exceptions` in organization.yaml.'
    : 'Cannot be waived.';
  return [
    bold(`${rule.code} ${rule.name} (${rule.severity})`),
    '',
    rule.summary,
    '',
    rule.why,
    '',
    waiver,
    ...examplesOf(rule, rulesFolder),
    '',
  ].join('\n');
}

function examplesOf(rule: Rule, rulesFolder: string): string[] {
  if (rule.level === 'rendered') return [];
  const folder = folderOfRule(rulesFolder, rule);
  const shown = (which: 'bad' | 'good'): string[] =>
    rule.level === 'change'
      ? [...side('Before', join(folder, which, 'before')), ...side('After', join(folder, which, 'after'))]
      : exampleLines(exampleIn(join(folder, which)));
  return ['', 'Wrong:', '', ...shown('bad'), '', 'Right:', '', ...shown('good')];
}

function side(name: string, folder: string): string[] {
  const lines = exampleLines(exampleIn(folder));
  return lines.length === 0 ? [] : [`  ${name}:`, ...lines];
}

function exampleLines(files: ExampleFiles): string[] {
  return Object.entries(files).flatMap(([path, content]) => {
    if (content === null) return [`  ${path} does not exist`];
    if (typeof content !== 'string') return [`  ${path} is binary`];
    return [
      `  # ${path}`,
      ...content
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`),
    ];
  });
}
