import { startControlPlane } from './control-plane.ts';

// Run by control-plane.test.ts, which kills it.
await startControlPlane();
console.log('ready');
