// Prints the codes that a pull request's labels allow, one a line: `tenantry-allow/TEN517` gives `TEN517`.
//
// Needs: LABELS, the names of the labels as a JSON list; TENANTRY, the program that judges (default: build/cli.js), which
// knows what may be allowed. A label reaches nothing but this program, and only the code of such a rule leaves it.
import { execFileSync } from 'node:child_process';

const prefix = 'tenantry-allow/';

const labels = JSON.parse(process.env.LABELS || '[]') ?? [];
const claimed = labels.filter((label) => label.startsWith(prefix)).map((label) => label.slice(prefix.length));
if (claimed.length > 0) {
  const tenantry = process.env.TENANTRY || 'build/cli.js';
  const { rules } = JSON.parse(execFileSync(process.execPath, [tenantry, 'rules', '--format', 'json']));
  const waivable = new Set(rules.filter((rule) => rule.waivable).map((rule) => rule.code));
  for (const code of new Set(claimed)) {
    if (!/^TEN5[0-9]{2}$/.test(code)) {
      process.stderr.write(
        `::warning::a label begins with ${prefix} and names no rule of a change: it allows nothing\n`,
      );
    } else if (!waivable.has(code)) {
      process.stderr.write(`::warning::the label ${prefix}${code} allows nothing: no change may break this rule\n`);
    } else process.stdout.write(`${code}\n`);
  }
}
