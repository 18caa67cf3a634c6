import type { FileRule, Finding } from '../../rule.ts';
import { clipped, firstOfFile, placed, problemsOf } from '../problems.ts';

export const ambiguousScalar: FileRule = {
  level: 'file',
  code: 'TEN007',
  name: 'ambiguous-scalar',
  severity: 'error',
  summary: 'No value without quotes means one thing in YAML 1.1 and another in YAML 1.2.',
  why: 'A Norwegian namespace `no` is `false` to the tools that still read YAML 1.1, among them linters and scripts that look at these files. `0777` is 511 to some and 777 to others.',
  check({ file }) {
    return firstOfFile(
      problemsOf(file, ['ambiguous-scalar']).map((problem) => ({
        ...worded(problem.detail),
        // As text: that is what this program has read.
        mend: problem.detail,
        ...placed(file, problem),
      })),
    );
  },
};

function worded(text: string): Pick<Finding, 'message' | 'help'> {
  const short = clipped(text);
  const boolean = /^(?:y|yes|on)$/i.test(text) ? 'true' : /^(?:n|no|off)$/i.test(text) ? 'false' : undefined;
  if (boolean !== undefined) {
    return {
      message: `\`${text}\` is text here, but \`${boolean}\` to many YAML parsers`,
      help: `write \`"${text}"\` if text is meant, and \`${boolean}\` if that is`,
    };
  }
  const octal = /^[-+]?0[0-7]{1,15}$/.test(text) ? parseInt(text, 8) : undefined;
  if (octal !== undefined) {
    return {
      message: `\`${text}\` is ${octal} to some YAML parsers and ${parseInt(text, 10)} to others`,
      help: 'put it in quotes if text is meant, and write it without the zero in front if a number is',
    };
  }
  return {
    message: `\`${short}\` is text to some YAML parsers and a number to others`,
    help: 'put it in quotes if text is meant, and write the digits alone if a number is',
  };
}
