/** Tests that wait by the real clock for most of their time: two may do so beside each other, but nobody who computes. */
const WAITING = [
  '/test/admission/',
  '/test/processes/',
  '/test/faults/limit-storm-faults\\.spec\\.ts$',
  '/test/faults/worker-crash-faults\\.spec\\.ts$',
];

/** Tests that measure time: they need a core to themselves. */
const TIMED = [
  '/test/faults/(?!limit-storm|worker-crash|heap)',
  '/test/redis/outage\\.spec\\.ts$',
  '/transport/transport\\.connections\\.spec\\.ts$',
];

/** Every test in such a folder, or the one file. */
const testsIn = (places) => places.map((place) => (place.endsWith('$') ? place : `${place}.+\\.spec\\.ts$`));

const SETTINGS = {
  testEnvironment: 'node',
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '<rootDir>/test/consumers/'],
  modulePathIgnorePatterns: ['/dist/'],
  moduleNameMapper: {
    '^nestjs-claude$': '<rootDir>/libs/claude/src/index.ts',
    '^nestjs-claude/(metrics|health|postgres|redis|testing)$': '<rootDir>/libs/claude/src/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // Jest below Node 24.9 cannot require ESM, and NestJS 12 is ESM only: it is transformed like our own code.
  transformIgnorePatterns: ['/node_modules/(?!@nestjs/)'],
  transform: {
    '^.+\\.(t|j)s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  setupFilesAfterEnv: ['<rootDir>/test/setup/no-stray-rejections.ts'],
};

/** @type {import('jest').Config} */
export default {
  // On a busy machine the first test of a file also loads what it needs; what must be quick says so itself.
  testTimeout: 20_000,
  maxWorkers: 2,
  // A worker never gives back what it loaded for earlier files, and slows down as it grows: a new one takes over then.
  workerIdleMemoryLimit: '700MB',
  projects: [
    {
      ...SETTINGS,
      displayName: 'suite',
      testRegex: ['/(libs|src|test|examples)/.+\\.spec\\.ts$'],
      testPathIgnorePatterns: [...SETTINGS.testPathIgnorePatterns, ...WAITING, ...TIMED],
    },
    { ...SETTINGS, displayName: 'waiting', testRegex: testsIn(WAITING) },
    { ...SETTINGS, displayName: 'timed', testRegex: testsIn(TIMED) },
    // Run by a suite that starts a session of the Secret Service for it.
    { ...SETTINGS, displayName: 'session', testRegex: ['/test/keys/keyring\\.session\\.ts$'] },
  ],
};
