import { processMachine } from './process-machine.ts';
import { plainTokenOptions, token } from './token.ts';

/**
 * The first that is loaded, at every start: it tells a credential plugin's run, which is to take no longer than Node.js
 * itself, from all others, which load the whole program (cli.ts).
 */
const options = plainTokenOptions(process.argv.slice(2));
if (options) await plugin(options);
else await import('./cli.ts');

async function plugin(wanted: NonNullable<typeof options>): Promise<void> {
  try {
    const machine = processMachine((line) => void process.stderr.write(`${line}\n`));
    await token(machine, wanted, (text) => void process.stdout.write(text));
  } catch (error) {
    const { Failure } = await import('./values/failure.ts');
    const { failureOfSystem } = await import('./values/system-error.ts');
    const failure = error instanceof Failure ? error : failureOfSystem(error);
    if (!failure) throw error;
    const { failureText } = await import('./render/failure.ts');
    const { LoginDue } = await import('./sign-in/session.ts');
    process.stderr.write(failure instanceof LoginDue ? `${failure.message}\n` : failureText(failure));
    process.exitCode = 2;
  }
}
