import { serveRest } from './api.ts'
import { bookingCases } from './booking_cases.ts'

bookingCases(serveRest)
