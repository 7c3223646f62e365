import { resolve } from 'node:path'

/** The arguments of Node that start Jest, as `npm run jest` does, for commands that run tests. */
export const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  resolve('node_modules/jest/bin/jest.js'),
]
