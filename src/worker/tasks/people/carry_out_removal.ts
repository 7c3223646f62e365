import { carryOut } from '../../each/person.ts'

export const carryOutRemoval = carryOut('copied_removals', 'carry_out_removal', 'removed')
