import type { Failure } from '../values/failure.ts';
import { prose } from './text.ts';

/** What kept the program from doing its work, and what to do. It may quote a file or a server. */
export function failureText({ message, help }: Failure): string {
  return `error: ${shown(message)}\n${help === undefined ? '' : `help: ${shown(help)}\n`}`;
}

function shown(text: string): string {
  return text.split('\n').map(prose).join('\n');
}
