import tseslint from 'typescript-eslint';

/** Reads of ambient state make output depend on the machine; each must enter through the edge named here. */
const ambient = [
  {
    object: 'Date',
    property: 'now',
    message: 'The clock is passed in (see src/cli.ts), so that the same input gives the same output.',
  },
  { object: 'Math', property: 'random', message: 'Output is deterministic: no randomness in src/.' },
];
const locale = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'The clock is passed in (see src/cli.ts), so that the same input gives the same output.',
  },
  {
    selector: 'CallExpression[callee.property.name=/^(localeCompare|toLocale.*)$/]',
    message:
      'Sorted and printed by code unit, never by locale: compare with compareCodeUnits from src/values/order.ts.',
  },
  {
    selector: "MemberExpression[object.name='Intl']",
    message: 'No ambient locale: the same input gives the same bytes on every machine.',
  },
];

export default tseslint.config(
  {
    ignores: [
      'build/',
      'reports/',
      '.stryker-tmp/',
      'dist/',
      'coverage/',
      'node_modules/',
      'test/fixtures/',
      'schemas/',
      'src/rules/*/*/{bad,good}/',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', ...ambient],
      'no-restricted-syntax': ['error', ...locale],
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Only src/cli.ts touches process: pass what you need as a value.' },
      ],
      'no-console': 'error',
    },
  },
  // Tests and the bench look into parsed output, whose shape they know and the compiler does not.
  { files: ['test/**/*.ts', 'bench/**/*.ts'], rules: { '@typescript-eslint/consistent-type-assertions': 'off' } },
  {
    files: ['src/{cli,start,process-machine}.ts'],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-syntax': 'off', 'no-restricted-properties': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs', '**/*.cjs'], ...tseslint.configs.disableTypeChecked },
);
