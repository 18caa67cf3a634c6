// Reads a ZIP archive from strangers, in memory: nothing is written, so no name can lead anywhere.
import { crc32, inflateRawSync } from 'node:zlib';

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;
const fileHeader = 0x04034b50;

/**
 * The files of an archive, by name. It is refused when it holds anything but plain files of exactly the `expected` names,
 * each once; when they are larger than `limit` bytes together; and when it contradicts itself.
 */
export function unzip(zip, { expected, limit }) {
  const files = new Map();
  let left = limit;
  for (const entry of entriesOf(zip)) {
    if (!expected.includes(entry.name)) throw new Error(`it holds the unexpected file ${JSON.stringify(entry.name)}`);
    if (files.has(entry.name)) throw new Error(`it holds ${entry.name} twice`);
    if (entry.kind !== 'file') throw new Error(`${entry.name} is no plain file`);
    if (entry.size > left) throw new Error(`it unpacks to more than ${limit} bytes`);
    left -= entry.size;
    files.set(entry.name, contentOf(zip, entry));
  }
  const missing = expected.find((name) => !files.has(name));
  if (missing) throw new Error(`it lacks ${missing}`);
  return files;
}

function* entriesOf(zip) {
  // The end record is 22 bytes and a comment, which artifacts do not have.
  const end = zip.length - 22;
  if (end < 0 || zip.readUInt32LE(end) !== endOfDirectory) throw new Error('it is no ZIP archive');
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || zip.readUInt32LE(at) !== directoryEntry) throw new Error('its directory is broken');
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    yield {
      name,
      kind: kindOf(zip.readUInt16LE(at + 4) >> 8, zip.readUInt32LE(at + 38)),
      encrypted: (zip.readUInt16LE(at + 8) & 1) === 1,
      method: zip.readUInt16LE(at + 10),
      checksum: zip.readUInt32LE(at + 16),
      packed: zip.readUInt32LE(at + 20),
      size: zip.readUInt32LE(at + 24),
      header: zip.readUInt32LE(at + 42),
    };
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}

/** On Unix (3), the upper half of the attributes is the mode: a plain file, or no kind at all. */
function kindOf(system, attributes) {
  const type = (attributes >>> 16) & 0o170000;
  return system === 3 && type !== 0 && type !== 0o100000 ? 'other' : 'file';
}

function contentOf(zip, { name, encrypted, method, checksum, packed, size, header }) {
  if (header + 30 > zip.length || zip.readUInt32LE(header) !== fileHeader) throw new Error(`${name} is broken`);
  const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  if (start + packed > zip.length) throw new Error(`${name} is broken`);
  const bytes = zip.subarray(start, start + packed);
  if (encrypted || (method !== 0 && method !== 8)) throw new Error(`${name} is packed in a way that artifacts are not`);
  let content;
  try {
    // One byte more than was announced is already too much.
    content = method === 0 ? bytes : inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) });
  } catch {
    throw new Error(`${name} is not as large as it says, or broken`);
  }
  if (content.length !== size || crc32(content) !== checksum) throw new Error(`${name} is broken`);
  return content;
}
