import Sequencer from '@jest/test-sequencer'

/**
 * Files that take ten seconds and more, the longest first. In a new checkout Jest knows no durations and begins with the largest
 * files. A small file that takes long would begin last and keep one worker busy when the others have nothing left to do.
 */
const long = [
  'repo/benchmarks',
  'faults/faults',
  'web/manage/manage',
  'web/desk/desk',
  'programs/shards_moving',
  'web/pages/steady_pages',
  'programs/embedded',
  'programs/server',
  'programs/sharded_server',
  'rights/graphql',
  'web/money/payments',
  'programs/processes',
  'web/account/account',
  'web/money/my_payments',
  'faults/money',
  'programs/crash',
  'web/visits/patient_ways',
  'servers/patroni',
  'programs/shards_copies',
  'programs/logins',
  'web/pages/states',
  'programs/cache',
  'billing/checkout',
  'programs/tracing',
  'rights/ids',
].map((name) => `/test/${name}.test.ts`)

/** Starts the longest files of a run first. */
export default class extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const found = long.findIndex((name) => path.endsWith(name))
      return found < 0 ? long.length : found
    }
    return super.sort(tests).sort((one, other) => rank(one) - rank(other))
  }
}
