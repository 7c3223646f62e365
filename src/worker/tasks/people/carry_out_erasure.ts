import { carryOut } from '../../each/person.ts'

export const carryOutErasure = carryOut('copied_erasures', 'carry_out_erasure', 'erased')
