/**
 * The tests run as ES modules, as the program does (`--experimental-vm-modules` in package.json's jest script): dependencies
 * that are ESM only (jose, graphile-worker), import.meta and top-level await work unchanged. Compiling to CommonJS
 * would have meant transforming those packages too, with a list to keep. swc only strips the types.
 *
 * @type {import('jest').Config}
 */
export default {
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'esnext', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  // One PostgreSQL for the whole run, with a migrated template database (test/helpers/global_setup.ts).
  globalSetup: '<rootDir>/test/helpers/global_setup.ts',
  globalTeardown: '<rootDir>/test/helpers/global_teardown.ts',
  // A safety net for what hangs, so long that a busy machine never meets it, and longer than eventually() waits. Tests set no
  // shorter one of their own (test/repo/time_limits.test.ts).
  testTimeout: 300_000,
}
