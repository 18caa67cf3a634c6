/**
 * The walls between the rooms of src/, each with its reason: docs/architecture.md is the long form.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const rooms = {
  values: '^src/values/',
  source: '^src/source/',
  tree: '^src/tree/',
  kubernetes: '^src/kubernetes/',
  settings: '^src/settings/',
  config: '^src/config/',
  access: '^src/access/',
  plan: '^src/plan/',
  rules: '^src/rules/',
  manifests: '^src/manifests/',
  synth: '^src/synth/',
  cluster: '^src/cluster/',
  drift: '^src/drift/',
  issuer: '^src/issuer/',
  render: '^src/render/',
  app: '^src/app/',
  commands: '^src/commands/',
  signIn: '^src/sign-in/',
  cli: '^src/((start|token|cli|command-line|process-machine)\\.ts$|command-line/)',
};

/** The part of the config room that others see: what the files mean, not how they are read. */
const model = '^src/config/model/(desired-state|located|ceilings|protected-names|tenant-by-name)\\.ts$';

/** The part of the manifests room that says what is rendered and where it stands, and renders nothing. */
const plainManifests = '^src/manifests/(kinds|layout|binding-name|annotations|labels)\\.ts$';

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
      from: { orphan: true, path: '^src/', pathNot: '^src/(start|config/define)\\.ts$' },
      to: {},
    },
    mayImport(
      'values',
      [],
      'Days, orders and names are plain values: everything stands on them, so they stand on nothing.',
    ),
    mayImport(
      'source',
      [rooms.values],
      'A source is a text, what it says and what is wrong with it; it knows no schema, no rule and no renderer.',
    ),
    mayImport('tree', [rooms.values], 'The tree gives bytes and knows nothing of what is in them.'),
    mayImport(
      'kubernetes',
      [rooms.values],
      'What Kubernetes itself says holds without us: rules, access and plan share it, so it knows none of them.',
    ),
    mayImport(
      'settings',
      [rooms.values, rooms.source, rooms.kubernetes],
      'Each key is declared once, for readers, rules, plan and docs alike: the table knows none of those who fold over it.',
    ),
    mayImport(
      'config',
      [rooms.values, rooms.source, rooms.tree, rooms.kubernetes, rooms.settings],
      'The config room says what the files mean; it judges nothing and renders nothing.',
    ),
    {
      name: 'model-knows-no-files',
      comment:
        'What the config means does not depend on how it is read: the desired state is a value that tests can write down.',
      severity: 'error',
      from: { path: model },
      to: { path: '^src/config/(reading|typescript)/' },
    },
    mayImport(
      'access',
      [rooms.values, rooms.source, rooms.kubernetes, rooms.settings, model],
      'The access graph is the only definition of access: it depends on the meaning of the config and on nothing else.',
    ),
    mayImport(
      'plan',
      [rooms.values, rooms.source, rooms.kubernetes, rooms.settings, rooms.access, model],
      'A plan compares what the config means, so it stands on its meaning alone: it knows no rule, no file and no Git.',
    ),
    mayImport(
      'rules',
      [
        rooms.values,
        rooms.source,
        rooms.kubernetes,
        rooms.settings,
        rooms.plan,
        rooms.access,
        model,
        '^src/config/reading/(files|check-schema|violations|cursor)\\.ts$',
        plainManifests,
      ],
      'A rule looks at values and returns values: it reads no files and renders nothing. Rules about a change look at its plan; those about what is rendered, at where it stands and its kind.',
    ),
    mayImport(
      'manifests',
      [rooms.values, rooms.source, rooms.kubernetes, rooms.settings, rooms.access, model],
      'Manifests are rendered from the access graph, never from the files: two ways to compute access would differ some day.',
    ),
    {
      name: 'plain-manifests-render-nothing',
      comment:
        'Rules and commands ask where a file stands and what is known of a kind, at every start: that must not load what renders.',
      severity: 'error',
      from: { path: plainManifests },
      to: { path: [rooms.manifests, '^node_modules/'], pathNot: plainManifests },
    },
    mayImport(
      'synth',
      [rooms.values, rooms.source, rooms.rules, rooms.manifests, model],
      'Synthesis makes files of values and writes dist/: it prints nothing and knows no command.',
    ),
    mayImport(
      'cluster',
      [rooms.values, rooms.source, rooms.kubernetes, rooms.access, rooms.manifests, model],
      'The live API is asked about objects that are there already: it reads no files of the organization and prints nothing.',
    ),
    mayImport(
      'drift',
      [rooms.values, rooms.source, rooms.kubernetes, rooms.settings, rooms.access, rooms.plan, model, plainManifests],
      'Drift compares two values, what Git means and what was read: it asks no cluster and renders nothing. Of the rooms that do, it may know types only.',
      { to: { dependencyTypesNot: ['type-only'] } },
    ),
    {
      name: 'drift-types',
      comment: 'The shape of a Snapshot and of what is rendered is all that drift knows of who reads and who renders.',
      severity: 'error',
      from: { path: rooms.drift },
      to: {
        path: '^src/',
        pathNot: [
          rooms.drift,
          rooms.values,
          rooms.source,
          rooms.kubernetes,
          rooms.settings,
          rooms.access,
          rooms.plan,
          model,
          plainManifests,
          '^src/cluster/snapshot\\.ts$',
          '^src/manifests/manifest-file\\.ts$',
        ],
      },
    },
    mayImport(
      'issuer',
      [rooms.values, rooms.source, rooms.settings, rooms.access, model],
      'Who gets which token follows from the access graph and from who somebody is: the issuer reads no files and no Git, and asks no cluster.',
    ),
    mayImport(
      'render',
      [rooms.values, rooms.source, '^src/settings/words\\.ts$'],
      'Renderers turn values into text: of the other rooms they may know types only, and what settings are called.',
      {
        to: { dependencyTypesNot: ['type-only'] },
      },
    ),
    mayImport(
      'signIn',
      [rooms.values, rooms.source],
      "A person's tokens depend on what the issuer says and on nothing in Git: the credential plugin loads no config.",
    ),
    {
      name: 'app-imports',
      comment: 'What commands share knows none of them, so that a server can use it as they do.',
      severity: 'error',
      from: { path: rooms.app },
      to: { path: [rooms.commands, rooms.cli] },
    },
    {
      name: 'app-door',
      comment: 'Nothing below may know what puts the rooms together.',
      severity: 'error',
      from: { path: '^src/', pathNot: [rooms.app, rooms.commands, rooms.cli] },
      to: { path: [rooms.app, rooms.commands, rooms.cli] },
    },
    {
      name: 'commands-are-commands',
      comment: 'A command is one file that no other command imports: what two of them share is in app/.',
      severity: 'error',
      from: { path: rooms.commands },
      to: { path: rooms.commands },
    },
    owns(
      'yaml',
      '^src/(source/(yaml(-mistakes)?|splice)|sign-in/kubeconfig-file)\\.ts$',
      'One place reads YAML, so that "where does this come from" has one answer. A kubeconfig is no file of the config.',
    ),
    owns(
      'ajv',
      '^src/(config/|plan/read-report\\.ts$|cluster/snapshot-file\\.ts$)',
      'Shapes are checked where things are read: config files, and plans and snapshots that come back.',
    ),
    owns('cdk8s|cdk8s-plus-28|constructs', rooms.manifests, 'Loading cdk8s costs 0.1 s, which only rendering may pay.'),
    owns(
      '@kubernetes/client-node',
      rooms.cluster,
      'One place talks to clusters. Loading it costs half a second, which only commands for live clusters may pay.',
    ),
    owns(
      'jose',
      rooms.issuer,
      'One room makes tokens and believes them, so that what is believed can be seen in one place.',
    ),
    owns('prom-client', rooms.issuer, 'Only the issuer runs long enough to be counted.'),
    owns('hono|@hono/node-server', rooms.issuer, 'One server: its routes are a list.'),
    owns('picocolors', rooms.render, 'Colour is a matter of rendering; everything else deals in plain text.'),
    owns('esbuild|typescript', rooms.config, 'Only TypeScript config files need a compiler.'),
    owns(
      'simple-git',
      '^src/tree/git-run\\.ts$',
      'One place runs Git, so that what reaches its command line can be seen on one page.',
    ),
    owns('commander', rooms.cli, 'Arguments end at the edge; commands get typed values.'),
    owns(
      'openid-client|open|oauth4webapi',
      rooms.signIn,
      'One place talks to identity providers. Loading it costs 50 ms, which only a login may pay.',
    ),
    {
      name: 'plugin-is-small',
      comment:
        'kubectl starts the credential plugin at every run: what it loads at once is the room of sign-in and plain values.',
      severity: 'error',
      from: { path: '^src/(start|token)\\.ts$' },
      to: {
        path: '^src/',
        pathNot: [rooms.signIn, rooms.values, '^src/(token|process-machine)\\.ts$'],
        dynamic: false,
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/rules/[^/]+/[^/]+/(bad|good)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
