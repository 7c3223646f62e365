import { writeFile } from 'node:fs/promises'
import { runProgram } from '../src/run_program.ts'
import { phonePlans, phonePlansFile } from './phone_plans.ts'

// npm run phones: writes sql/clinic/phone_plans.sql after libphonenumber-js was updated.
await runProgram(async () => writeFile(phonePlansFile, await phonePlans()))
