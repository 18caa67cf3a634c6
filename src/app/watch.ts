import { failureText } from '../render/failure.ts';
import { fittedView, redrawn } from '../render/live/redraw.ts';
import { Failure } from '../values/failure.ts';
import { failureOfSystem } from '../values/system-error.ts';
import type { Io } from './io.ts';
import { exit } from './io.ts';
import { noProgress } from './progress.ts';

/**
 * Does something again and again, and shows what it prints in the same place of the terminal, until the user ends it; then
 * the last view stays, with its time. Each round gets its own Io, and hands nothing on to the next: what cannot be read
 * now is not shown from before.
 */
export async function watched(ioNow: () => Io, seconds: number, round: (io: Io) => Promise<unknown>): Promise<number> {
  const { out, waiting, environment } = ioNow();
  if (out.width === undefined || waiting === undefined || environment['TERM'] === 'dumb') {
    throw new Failure('bad-arguments', '--watch needs a terminal to write to', {
      help: 'leave out --watch where the output goes to a file, a pipe or another program',
    });
  }
  const { ended, sleep } = waiting();
  const end = ended.then(() => undefined);
  let view: { readonly text: string; readonly since: string } | undefined;
  let drawn = '';
  const draw = (io: Io, text: string, last: string): void => {
    const screen = { width: io.out.width ?? 80, height: io.out.height ?? 24 };
    const next = fittedView(text, last, screen);
    io.out.write(redrawn(drawn, next, screen));
    drawn = next;
  };
  for (;;) {
    const io = ioNow();
    const since = second(io.now());
    if (view !== undefined)
      draw(io, view.text, `Read at ${view.since}; reading again since ${since}. Ctrl-C ends this.`);
    const text = await Promise.race([end, said(io, round, view === undefined)]);
    if (text === undefined) break;
    view = { text, since };
    const then = ioNow();
    const next = second(new Date(then.now().getTime() + seconds * 1000));
    draw(then, text, `Read at ${since}; next reading at ${next}. Ctrl-C ends this.`);
    if ((await Promise.race([end, sleep(seconds * 1000).then(() => true)])) === undefined) break;
  }
  if (view !== undefined) draw(ioNow(), view.text, `Read at ${view.since}.`);
  return exit.clean;
}

/**
 * All that a round prints. What keeps the first from its work ends the run, for the arguments may be wrong; later it is what
 * there is to see. After the first, nothing but the view is written, and nobody is asked anything: it would stand in the way.
 */
async function said(io: Io, round: (io: Io) => Promise<unknown>, isFirst: boolean): Promise<string> {
  const parts: string[] = [];
  const write = (text: string): void => void parts.push(text);
  try {
    await round({
      ...io,
      out: { ...io.out, write },
      err: { ...(isFirst ? io.err : { colour: io.err.colour }), write },
      ...(!isFirst && { progress: noProgress }),
    });
  } catch (error) {
    const failure = error instanceof Failure ? error : failureOfSystem(error);
    if (isFirst || !failure) throw error;
    write(failureText(failure));
  }
  return parts.join('');
}

/** A time to the second (RFC 3339, UTC). */
function second(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
