import { DoctorSlot, TimeSlot } from '../route/fragments.ts'
import { equalTo, given, type Input, pageInfo, type Route } from '../route/route.ts'

const managers = 'The clinic’s managers and administrators.'
const idInPath = ({ path }: Input) => path.id

const timeSlots: Route[] = [
  {
    method: 'GET',
    path: '/clinics/{clinicId}/timeslots',
    id: 'listTimeSlots',
    summary: 'List the time slots of a clinic',
    rights: 'Everybody. The clinic’s staff and administrators see inactive ones too.',
    document: `query TimeSlots($clinicId: BigInt!, $first: Int!, $after: Cursor) {
      parent: clinic(id: $clinicId) { id }
      timeSlots(first: $first, after: $after, filter: { clinicId: { equalTo: $clinicId } }) {
        nodes { ...TimeSlot } ${pageInfo}
      }
    } ${TimeSlot}`,
    variables: ({ path, first, after }) => ({ ...path, first, after }),
    answer: 'timeSlots',
    list: 'connection',
    notFound: 'clinic_not_found',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/timeslots',
    id: 'createTimeSlot',
    summary: 'Create a time slot',
    rights: managers,
    document: `mutation CreateTimeSlot($timeSlot: TimeSlotInput!) {
      createTimeSlot(input: { timeSlot: $timeSlot }) { timeSlot { ...TimeSlot } }
    } ${TimeSlot}`,
    body: { type: 'TimeSlotInput', omit: ['clinicId'] },
    variables: ({ path, body }) => ({ timeSlot: { ...body, clinicId: path.clinicId } }),
    answer: 'createTimeSlot.timeSlot',
    status: 201,
    errors: ['unique_violation', 'foreign_key_violation'],
  },
  {
    method: 'PUT',
    path: '/timeslots/{id}',
    id: 'replaceTimeSlot',
    summary: 'Update a time slot. Its templates move with it, but not the slots that were made before',
    rights: managers,
    locate: { what: 'timeSlot', by: idInPath },
    document: `mutation UpdateTimeSlot($clinicId: BigInt!, $id: BigInt!, $patch: TimeSlotPatch!) {
      updateTimeSlot(input: { clinicId: $clinicId, id: $id, patch: $patch }) { timeSlot { ...TimeSlot } }
    } ${TimeSlot}`,
    body: { type: 'TimeSlotInput', omit: ['clinicId'], replaces: true, returned: [] },
    variables: ({ path, located, body, rowVersion }) => ({
      ...path,
      clinicId: located,
      patch: { ...body, rowVersion },
    }),
    answer: 'updateTimeSlot.timeSlot',
    notFound: 'time_slot_not_found',
    versioned: true,
    errors: ['unique_violation', 'exclusion_violation'],
  },
  {
    method: 'DELETE',
    path: '/timeslots/{id}',
    id: 'removeTimeSlot',
    summary: 'Remove a time slot; one of which templates or slots were made becomes inactive instead',
    rights: managers,
    locate: { what: 'timeSlot', by: idInPath },
    document: `mutation RemoveTimeSlot($clinicId: BigInt!, $id: BigInt!, $rowVersion: Int) {
      removeTimeSlot(input: { clinicId: $clinicId, timeSlotId: $id, rowVersion: $rowVersion }) { timeSlot { id } }
    }`,
    variables: ({ path, located, rowVersion }) => ({ ...path, clinicId: located, rowVersion }),
    notFound: 'time_slot_not_found',
    versioned: true,
  },
]

const doctorSlots: Route[] = [
  {
    method: 'GET',
    path: '/doctors/{doctorId}/slots',
    id: 'listDoctorSlots',
    summary: 'List a doctor’s slots of the week: default availability, from which booking slots are made',
    rights: 'The clinic’s staff and administrators. What is free at what time is GET /doctors/{doctorId}/availability.',
    locate: { what: 'doctor', by: ({ path }) => path.doctorId },
    document: `query DoctorSlots($first: Int!, $after: Cursor, $filter: DoctorSlotTemplateFilter) {
      doctorSlotTemplates(first: $first, after: $after, filter: $filter) { nodes { ...DoctorSlot } ${pageInfo} }
    } ${DoctorSlot}`,
    variables: ({ path, located, first, after }) => ({
      first,
      after,
      filter: given({ clinicId: equalTo(located), doctorId: equalTo(path.doctorId) }),
    }),
    answer: 'doctorSlotTemplates',
    list: 'connection',
    notFound: 'doctor_not_found',
  },
  {
    method: 'POST',
    path: '/doctors/{doctorId}/slots',
    id: 'createDoctorSlot',
    summary: 'Activate a slot for a doctor: this time slot, on this weekday, between these dates',
    rights: managers,
    locate: { what: 'doctor', by: ({ path }) => path.doctorId },
    document: `mutation CreateDoctorSlot($doctorSlotTemplate: DoctorSlotTemplateInput!) {
      createDoctorSlotTemplate(input: { doctorSlotTemplate: $doctorSlotTemplate }) {
        doctorSlotTemplate { ...DoctorSlot }
      }
    } ${DoctorSlot}`,
    body: { type: 'DoctorSlotTemplateInput', omit: ['clinicId', 'doctorId'] },
    variables: ({ path, located, body }) => ({ doctorSlotTemplate: { ...body, ...path, clinicId: located } }),
    answer: 'createDoctorSlotTemplate.doctorSlotTemplate',
    status: 201,
    notFound: 'doctor_not_found',
    errors: ['time_slot_not_found', 'exclusion_violation', 'foreign_key_violation'],
  },
  {
    method: 'POST',
    path: '/doctors/{doctorId}/weeklyPlan',
    id: 'changeWeeklyPlan',
    summary: 'Switch time slots on or off on a weekday of a doctor’s weekly plan, for a range of dates; all or nothing',
    rights: managers,
    locate: { what: 'doctor', by: ({ path }) => path.doctorId },
    document: `mutation ChangeWeeklyPlan($input: ChangeWeeklyPlanInput!) {
      changeWeeklyPlan(input: $input) { doctorSlotTemplates { ...DoctorSlot } }
    } ${DoctorSlot}`,
    body: { type: 'ChangeWeeklyPlanInput', omit: ['clinicId', 'doctorId'] },
    variables: ({ path, located, body }) => ({ input: { ...body, ...path, clinicId: located } }),
    answer: 'changeWeeklyPlan.doctorSlotTemplates',
    list: 'whole',
    notFound: 'doctor_not_found',
    errors: ['time_slot_not_found', 'plan_overlaps', 'service_not_found', 'service_not_offered'],
  },
  {
    method: 'PUT',
    path: '/doctors/slots/{id}',
    id: 'replaceDoctorSlot',
    summary: 'Update a slot of a doctor’s week',
    rights: managers,
    locate: { what: 'doctorSlot', by: idInPath },
    document: `mutation UpdateDoctorSlot($clinicId: BigInt!, $id: BigInt!, $patch: DoctorSlotTemplatePatch!) {
      updateDoctorSlotTemplate(input: { clinicId: $clinicId, id: $id, patch: $patch }) {
        doctorSlotTemplate { ...DoctorSlot }
      }
    } ${DoctorSlot}`,
    body: { type: 'DoctorSlotTemplateInput', omit: ['clinicId', 'doctorId'], replaces: true, returned: [] },
    variables: ({ path, located, body, rowVersion }) => ({
      ...path,
      clinicId: located,
      patch: { ...body, rowVersion },
    }),
    answer: 'updateDoctorSlotTemplate.doctorSlotTemplate',
    notFound: 'template_not_found',
    versioned: true,
    errors: ['time_slot_not_found', 'exclusion_violation', 'foreign_key_violation'],
  },
  {
    method: 'DELETE',
    path: '/doctors/slots/{id}',
    id: 'removeDoctorSlot',
    summary: 'Remove a slot from a doctor; booking slots already made of it stay',
    rights: managers,
    locate: { what: 'doctorSlot', by: idInPath },
    document: `mutation RemoveDoctorSlot($clinicId: BigInt!, $id: BigInt!, $rowVersion: Int) {
      removeDoctorSlotTemplate(input: { clinicId: $clinicId, templateId: $id, rowVersion: $rowVersion }) {
        doctorSlotTemplate { id }
      }
    }`,
    variables: ({ path, located, rowVersion }) => ({ ...path, clinicId: located, rowVersion }),
    notFound: 'template_not_found',
    versioned: true,
  },
]

export const schedule = [...timeSlots, ...doctorSlots]
