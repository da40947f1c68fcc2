/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // On a busy machine the first test of a file also loads what it needs; what must be quick says so itself.
  testTimeout: 20_000,
  // Tests that measure time need a core to themselves.
  maxWorkers: 1,
  testMatch: [
    '<rootDir>/libs/**/*.spec.ts',
    '<rootDir>/src/**/*.spec.ts',
    '<rootDir>/test/**/*.spec.ts',
    '<rootDir>/examples/**/*.spec.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '<rootDir>/test/consumers/'],
  modulePathIgnorePatterns: ['/dist/'],
  moduleNameMapper: {
    '^nestjs-claude$': '<rootDir>/libs/claude/src/index.ts',
    '^nestjs-claude/metrics$': '<rootDir>/libs/claude/src/metrics/index.ts',
    '^nestjs-claude/health$': '<rootDir>/libs/claude/src/health/index.ts',
    '^nestjs-claude/testing$': '<rootDir>/libs/claude/src/testing/index.ts',
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
