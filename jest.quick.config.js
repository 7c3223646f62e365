import all from './jest.config.js'
import { slow } from './jest.slow.config.js'

/**
 * `npm test`: everything but the slow tests.
 *
 * @type {import('jest').Config}
 */
export default {
  ...all,
  testPathIgnorePatterns: [...all.testPathIgnorePatterns, ...slow.map((path) => `<rootDir>/${path}`)],
}
