import { writeFileSync } from 'node:fs';
import { startControlPlane } from '../test/control-plane/control-plane.ts';
import { builtInFiles } from './built-in-roles.ts';

/** `npm run record-roles`: writes what Kubernetes has by itself into src/kubernetes/, as a control plane says. */
const plane = await startControlPlane();
try {
  for (const [path, text] of Object.entries(await builtInFiles(plane.request))) {
    writeFileSync(path, text);
    process.stdout.write(`${path} written\n`);
  }
} finally {
  await plane.stop();
}
