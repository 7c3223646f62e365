import all from './jest.config.js'

process.env.TEST_SHARDS = '2'

/**
 * `npm run test:sharded`: with a global database and two shards, in which the clinics of the tests are in turn
 * (test/helpers/shards/sharded_run.ts), tests that others run with one database. docs/shards.md says why the others are not among them.
 */
const sharded = [
  'test/rest/(?!contract/reference)[\\w/]+',
  // `names` needs no database.
  'test/graphql/(?!names)[\\w/]+',
  'test/rights/\\w+',
]

/** Only `npm run test:sharded -- --all` or with paths of tests runs these: how their requests reach a shard is what others test. */
const repeated = [
  'test/rest/(contract/contract|requests/(conditional|problems)|resources/identity_documents|rights)',
  'test/graphql/(normalised_caches|validation/\\w+|values/\\w+)',
  'test/graphql/serving/(callers|clients|deadlines|transport|trusted_documents)',
  'test/rights/(graphql|ids_in_sql|roles)',
]
const given = process.argv.slice(2)
const leftOut = given.some((arg) => arg === '--all' || arg.startsWith('test/')) ? [] : repeated

/** @type {import('jest').Config} */
export default {
  ...all,
  testRegex: sharded.map((path) => `/${path}\\.test\\.ts$`),
  testMatch: undefined,
  testPathIgnorePatterns: ['/node_modules/', ...leftOut.map((path) => `<rootDir>/${path}\\.test\\.ts$`)],
  // The databases of a run are those of all its tests, which look at what others left, but not at what others do.
  maxWorkers: 1,
}
