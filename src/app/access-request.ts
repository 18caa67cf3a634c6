import { kubectlCommands } from '../kubernetes/kubectl-commands.ts';
import type { AccessRequest, ResourceRequest } from '../kubernetes/rbac.ts';
import type { Resource, ResolvedResource } from '../kubernetes/resources.ts';
import { knownVerbs, resolveResource } from '../kubernetes/resources.ts';
import { didYouMean } from '../source/diagnostic.ts';
import { Failure } from '../values/failure.ts';

/** A request as arguments, in the words of kubectl. */
export interface RequestOptions {
  readonly verb: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** The request that the arguments describe, as the API server of a Kubernetes such as `1.36` would ask RBAC about it. */
export function requestOf(
  { verb, resource: written, namespace, name }: RequestOptions,
  kubernetesVersion: string,
): AccessRequest {
  if (written.startsWith('/')) {
    if (namespace !== undefined || name !== undefined) {
      throw new Failure('bad-arguments', `\`${written}\` is a path of the API server, which is in no namespace`, {
        help: 'leave out --namespace and --name',
      });
    }
    return { verb, path: written };
  }
  const { group, resource, subresource, known } = resourceOf(written, kubernetesVersion);
  // A verb with a colon is one of impersonation, of which there are many.
  if (known && !knownVerbs.has(verb) && !verb.includes(':')) throw unknownVerb(verb, resource);

  const request = { verb, group, resource, ...(subresource !== undefined && { subresource }) };
  const isNamed = (verb !== 'create' || subresource !== undefined) && verb !== 'deletecollection';
  if (name !== undefined && !isNamed) {
    throw new Failure('bad-arguments', `RBAC does not see the names of what is asked for by \`${verb}\``, {
      help: 'leave out --name',
    });
  }
  if (group === '' && resource === 'namespaces') return namespacesRequest(request, namespace, name);
  if (known && !known.namespaced && namespace !== undefined) {
    throw new Failure('bad-arguments', `\`${resource}\` are in no namespace`, { help: 'leave out --namespace' });
  }
  return { ...request, ...(name !== undefined && { name }), ...(namespace !== undefined && { namespace }) };
}

/** The API server takes a request about one Namespace for one inside it, so that a role in it can allow it. */
function namespacesRequest(
  request: ResourceRequest,
  namespace: string | undefined,
  name: string | undefined,
): ResourceRequest {
  const one = name ?? namespace;
  if (one === undefined) return request;
  const aboutAll = ['list', 'watch', 'create', 'deletecollection'].includes(request.verb);
  if (namespace !== undefined && (aboutAll || one !== namespace) && request.subresource === undefined) {
    throw new Failure('bad-arguments', `\`${request.verb}\` on namespaces is not in the namespace \`${namespace}\``, {
      help: aboutAll ? 'leave out --namespace' : 'give --name alone',
    });
  }
  return { ...request, name: one, ...(!aboutAll && { namespace: one }) };
}

function resourceOf(written: string, kubernetesVersion: string): ResolvedResource & { readonly kind: 'Resource' } {
  const found = resolveResource(written, kubernetesVersion);
  switch (found.kind) {
    case 'Resource':
      return found;
    case 'Unknown': {
      const meant = didYouMean(found.written, found.names);
      if (found.taken && meant === undefined) return found.taken;
      throw new Failure('bad-arguments', `Kubernetes ${kubernetesVersion} has no resource \`${found.written}\``, {
        help:
          meant === undefined
            ? `give the API group of what an add-on brings: --resource ${found.written}.<group>`
            : `did you mean \`${meant}\`?`,
      });
    }
    case 'UnknownSubresource': {
      const names = found.of.subresources.map((s) => s.name);
      const meant = didYouMean(found.written, names);
      throw new Failure('bad-arguments', `\`${found.of.name}\` have no subresource \`${found.written}\``, {
        help: meant === undefined ? subresourcesHelp(found.of) : `did you mean \`${found.of.name}/${meant}\`?`,
      });
    }
  }
}

function subresourcesHelp({ name, subresources }: Resource): string {
  const one = 'a single object is named with --name';
  return subresources.length === 0
    ? one
    : `${name} have ${subresources.map((s) => `\`${s.name}\``).join(', ')}; ${one}`;
}

function unknownVerb(verb: string, resource: string): Failure {
  const command = kubectlCommands.get(verb);
  if (command && (command.resource ?? resource) === resource) {
    const asked = command.subresource === undefined ? resource : `${resource}/${command.subresource}`;
    return new Failure('bad-arguments', `\`${verb}\` is a command of kubectl, and no verb of Kubernetes`, {
      help: `ask for \`--verb ${command.verb} --resource ${asked}\``,
    });
  }
  const meant = didYouMean(verb, knownVerbs);
  return new Failure('bad-arguments', `Kubernetes has no verb \`${verb}\``, {
    help: meant === undefined ? `the verbs are ${[...knownVerbs].join(', ')}` : `did you mean \`${meant}\`?`,
  });
}
