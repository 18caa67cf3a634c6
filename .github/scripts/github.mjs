// The few requests to GitHub's REST API that the workflows make.
//
// Needs: GITHUB_TOKEN, GITHUB_REPOSITORY; GITHUB_API_URL where it is not github.com's.
import { appendFileSync } from 'node:fs';
import { unzip } from './unzip.mjs';

/** A variable of the environment that must be there. */
export function variable(name) {
  const value = process.env[name];
  if (!value) throw new Refusal(`${name} is not set`);
  return value;
}

/** What stops a script: said in one line, without a trace. */
export class Refusal extends Error {}

/** Runs a script; what stops it becomes an annotation, and the step fails. */
export async function main(script) {
  try {
    await script();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    annotate('error', error.message);
    process.exitCode = 1;
  }
}

/** The object that a file of an artifact holds as JSON. */
export function jsonObject(bytes, name) {
  let value;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Refusal(`${name} is not JSON`);
  }
  if (typeof value !== 'object' || value === null) throw new Refusal(`${name} is no JSON object`);
  return value;
}

/** A line in the log that GitHub shows at the run. What it says may quote strangers, and stays in its line. */
export function annotate(level, message) {
  const line = message.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
  process.stdout.write(`::${level}::${line}\n`);
}

/** Hands a value, which must fit into a line, to the steps that follow. */
export function output(name, value) {
  if (/[\r\n]/.test(value)) throw new Refusal(`the output ${name} is no single line`);
  append(process.env.GITHUB_OUTPUT, `${name}=${value}\n`);
}

/** Adds Markdown to the summary of the run. */
export function summary(markdown) {
  append(process.env.GITHUB_STEP_SUMMARY, `${markdown}\n`);
}

function append(file, text) {
  if (file) appendFileSync(file, text);
  else process.stdout.write(text);
}

/** How long an answer may take, in milliseconds. */
const patience = 60_000;

async function send(method, path, body) {
  const api = process.env.GITHUB_API_URL || 'https://api.github.com';
  const response = await fetch(`${api}${path}`, {
    method,
    signal: AbortSignal.timeout(patience),
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${variable('GITHUB_TOKEN')}`,
      'x-github-api-version': '2022-11-28',
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  const text = await response.text();
  throw new ApiError(method, path, response.status, text);
}

/** GitHub did not do what it was asked for. */
export class ApiError extends Refusal {
  constructor(method, path, status, text) {
    super(`${method} ${path}: GitHub answered ${status}: ${text.slice(0, 300)}`);
    this.status = status;
  }
}

/** One request about the repository; the path is relative to it. */
export async function request(method, path, body) {
  const response = await send(method, `/repos/${variable('GITHUB_REPOSITORY')}/${path}`, body);
  return response.json();
}

/** All items of a list, page by page, at most `limit` pages. */
export async function all(path, limit = 100) {
  const items = [];
  const separator = path.includes('?') ? '&' : '?';
  for (let page = 1; page <= limit; page++) {
    const some = await request('GET', `${path}${separator}per_page=100&page=${page}`);
    items.push(...some);
    if (some.length < 100) return items;
  }
  return items;
}

/**
 * The files of a run's artifact, by name: exactly those that are expected, and no more than `limits` allow. Undefined
 * when the run has no artifact of that name.
 */
export async function artifact(run, name, expected, limits) {
  const { artifacts } = await request('GET', `actions/runs/${run}/artifacts?name=${name}&per_page=100`);
  // A run that is started again leaves one for each attempt.
  const found = artifacts.filter((a) => a.name === name && !a.expired).sort((a, b) => b.id - a.id)[0];
  if (!found) return undefined;
  const tooLarge = new Refusal(`the artifact ${name} is larger than ${limits.packed} bytes`);
  if (found.size_in_bytes > limits.packed) throw tooLarge;
  const response = await send('GET', `/repos/${variable('GITHUB_REPOSITORY')}/actions/artifacts/${found.id}/zip`);
  const chunks = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > limits.packed) throw tooLarge;
    chunks.push(chunk);
  }
  try {
    return unzip(Buffer.concat(chunks), { expected, limit: limits.unpacked });
  } catch (error) {
    throw new Refusal(`the artifact ${name} is refused: ${error.message}`);
  }
}
