/**
 * What is used of `@kubernetes/client-node`, by itself: its whole API has classes for every kind of Kubernetes, which take 70 MB
 * of memory and a third of a second, and of which nothing is used. The build leaves out what is not reached from here.
 */
export { KubeConfig } from '@kubernetes/client-node';
