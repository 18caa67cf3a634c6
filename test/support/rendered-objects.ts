import { atFile } from '../../src/source/diagnostic.ts';
import type { RenderedObject } from '../../src/rules/rule.ts';

/** A RoleBinding as it is rendered into a namespace's file. */
export const exampleBinding: RenderedObject = {
  path: 'prodcluster01/namespaces/solar-prod.yaml',
  cluster: 'prodcluster01',
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  name: 'tenantry:group:solar-sre:admin',
  namespace: 'solar-prod',
  labels: { 'app.kubernetes.io/managed-by': 'tenantry' },
  source: atFile('tenants/solar.yaml'),
};

/** The Namespace of the same file. */
export const exampleNamespace: RenderedObject = {
  path: 'prodcluster01/namespaces/solar-prod.yaml',
  cluster: 'prodcluster01',
  apiVersion: 'v1',
  kind: 'Namespace',
  name: 'solar-prod',
  labels: { 'tenantry.dev/tenant': 'solar' },
  source: atFile('tenants/solar.yaml'),
};
