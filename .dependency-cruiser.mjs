/**
 * The walls between the rooms of src/, each with its reason: docs/architecture.md is the long form.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const rooms = {
  values:
    '^src/(source|text|yaml|yaml-mistakes|yaml-plain|secrets|order|once|in-turn|day|quantity|lookalike|failure|json)\\.ts$',
  diagnostic: '^src/diagnostic\\.ts$',
  tree: '^src/(tree|git|git-run|git-tree)\\.ts$',
  config: '^src/config/',
  rules: '^src/rules/',
  access: '^src/access/',
  plan: '^src/plan/',
  manifests: '^src/manifests/',
  cluster: '^src/cluster/',
  render: '^src/render/',
  commands: '^src/commands/',
  cli: '^src/cli\\.ts$',
};

/** The part of the config room that others see: what the files mean, not how they are read. */
const model = '^src/config/(landscape|schema)\\.ts$';

const mayImport = (room, others, comment, extra = {}) => ({
  name: `${room}-imports`,
  comment,
  severity: 'error',
  from: { path: rooms[room], ...extra.from },
  to: { path: '^src/', pathNot: [rooms[room], ...others], ...extra.to },
});

const owns = (packages, room, comment) => ({
  name: `${packages.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')}-owner`,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: room },
  to: { path: `^node_modules/(${packages})/` },
});

export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Modules that need each other cannot be understood, tested or moved one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nothing imports is dead, or is reached in a way that nobody can see.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '^src/(cli|config/define)\\.ts$' },
      to: {},
    },
    mayImport(
      'values',
      [],
      'Sources, orders, days and quantities are plain values: everything stands on them, so they stand on nothing.',
    ),
    mayImport(
      'diagnostic',
      [rooms.values],
      'A diagnostic is a value about a source; it knows no rule and no renderer.',
    ),
    mayImport('tree', [rooms.values], 'The tree gives bytes and knows nothing of what is in them.'),
    mayImport(
      'config',
      [rooms.values, rooms.diagnostic, rooms.tree],
      'The config room says what the files mean; it judges nothing and renders nothing.',
    ),
    mayImport(
      'rules',
      [rooms.values, rooms.diagnostic, rooms.plan, model, '^src/config/(files|check|violations|cursor)\\.ts$'],
      'A rule looks at values and returns values: it reads no files, computes no access and renders nothing. Rules about a change look at its plan.',
    ),
    mayImport(
      'access',
      [rooms.values, model],
      'The access graph is the only definition of access: it depends on the meaning of the config and on nothing else.',
    ),
    mayImport(
      'plan',
      [rooms.values, rooms.access, model],
      'A plan compares what the config means, so it stands on its meaning alone: it knows no rule, no file and no Git.',
    ),
    mayImport(
      'manifests',
      [rooms.values, rooms.access, model],
      'Manifests are rendered from the access graph, never from the files: two ways to compute access would differ some day.',
    ),
    mayImport(
      'cluster',
      [rooms.values, rooms.diagnostic, rooms.access, rooms.manifests, model],
      'The live API is asked about objects that are there already: it reads no files of the organization and prints nothing.',
    ),
    mayImport(
      'render',
      [rooms.values, rooms.diagnostic],
      'Renderers turn values into text: of the other rooms they may know types only.',
      {
        to: { dependencyTypesNot: ['type-only'] },
      },
    ),
    {
      name: 'commands-imports',
      comment: 'Nothing below may know the commands: they put the rooms together.',
      severity: 'error',
      from: { path: '^src/', pathNot: [rooms.commands, rooms.cli] },
      to: { path: [rooms.commands, rooms.cli] },
    },
    owns(
      'yaml',
      '^src/yaml(-mistakes)?\\.ts$',
      'One place reads YAML, so that "where does this come from" has one answer.',
    ),
    owns(
      'ajv',
      '^src/(config/|plan/read-report\\.ts$)',
      'Shapes are checked where things are read: config files, and plans that come back.',
    ),
    owns('cdk8s|cdk8s-plus-28|constructs', rooms.manifests, 'Loading cdk8s costs 0.1 s, which only rendering may pay.'),
    owns(
      '@kubernetes/client-node',
      rooms.cluster,
      'One place talks to clusters. Loading it costs half a second, which only commands for live clusters may pay.',
    ),
    owns('picocolors', rooms.render, 'Colour is a matter of rendering; everything else deals in plain text.'),
    owns('esbuild|typescript', rooms.config, 'Only TypeScript config files need a compiler.'),
    owns(
      'simple-git',
      '^src/git-run\\.ts$',
      'One place runs Git, so that what reaches its command line can be seen on one page.',
    ),
    owns('commander', rooms.cli, 'Arguments end at the edge; commands get typed values.'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
