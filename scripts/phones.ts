import { writeFile } from 'node:fs/promises'
import { runProgram } from '../src/process/run_program.ts'
import { phonePlans, phonePlansFile } from './phone_plans.ts'

// npm run phones: writes sql/clinic/data/phone_plans.sql after an update of libphonenumber-js.
await runProgram(async () => writeFile(phonePlansFile, await phonePlans()))
