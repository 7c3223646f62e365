import { availableParallelism } from 'node:os'

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
  testEnvironment: '<rootDir>/test/helpers/run/environment.ts',
  // What needs shards runs in jest.sharded.config.js.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/rights/sharded'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'esnext', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  // Not in the temporary folder, of which each run has its own.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  // PostgreSQL for the whole run, with a migrated template database (test/helpers/run/global_setup.ts).
  globalSetup: '<rootDir>/test/helpers/run/global_setup.ts',
  globalTeardown: '<rootDir>/test/helpers/run/global_teardown.ts',
  testSequencer: '<rootDir>/test/helpers/run/longest_first.js',
  setupFiles: ['<rootDir>/test/helpers/run/setup_worker.ts'],
  // Three at least, since tests of pages and programs wait for others half of the time: with two workers, two cores were
  // idle for a third of a run. No more than four, which share one PostgreSQL.
  maxWorkers: Math.min(4, Math.max(3, availableParallelism())),
  // A safety net for what hangs, so long that a busy machine never meets it, and longer than eventually() waits. Tests set no
  // shorter one of their own (test/repo/runs/time_limits.test.ts).
  testTimeout: 300_000,
}
